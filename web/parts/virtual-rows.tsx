import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

interface VirtualRowsProps<T> {
  readonly items: readonly T[];
  readonly height: number;
  readonly children: (item: T, index: number) => ComponentChildren;
}

/** Rows of one height, of which only those near the window are made. */
export function VirtualRows<T>({ items, height, children }: VirtualRowsProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  const [, again] = useReducer((times: number) => times + 1, 0);
  const options = {
    count: items.length,
    estimateSize: () => height,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    scrollMargin: list.current?.offsetTop ?? 0,
    overscan: 8,
    onChange: () => again(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLDivElement>(options));
  virtualizer.setOptions({ ...virtualizer.options, ...options });
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, height]);

  const margin = virtualizer.options.scrollMargin;
  return (
    <div ref={list} role="rowgroup" class="virtual" style={{ height: `${virtualizer.getTotalSize()}px` }}>
      {virtualizer.getVirtualItems().flatMap(({ index, start }) => {
        const item = items[index];
        if (item === undefined) return [];
        return (
          <div
            key={index}
            role="row"
            aria-rowindex={index + 2}
            class="row"
            style={{ height: `${height}px`, transform: `translateY(${start - margin}px)` }}
          >
            {children(item, index)}
          </div>
        );
      })}
    </div>
  );
}
