/** A binary heap that can also give up an item from its middle: what the queue orders messages and due times with. */
interface Heap<T> {
  readonly size: number;
  peek(): T | undefined;
  push(item: T): void;
  pop(): T | undefined;
  /** Takes the item out, wherever it is; false when it is not in the heap. */
  remove(item: T): boolean;
}

/**
 * Makes a heap whose first item is the one that `compare` puts before all others. What `compare` reads must not change
 * while an item is in the heap.
 */
export function makeHeap<T>(compare: (a: T, b: T) => number): Heap<T> {
  const items: T[] = [];
  const positions = new Map<T, number>();

  const put = (item: T, position: number) => {
    items[position] = item;
    positions.set(item, position);
  };

  const rise = (item: T, from: number) => {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = items[above] as T;
      if (compare(parent, item) <= 0) break;
      put(parent, position);
      position = above;
    }
    put(item, position);
  };

  const sink = (item: T, from: number) => {
    let position = from;
    for (;;) {
      const left = 2 * position + 1;
      if (left >= items.length) break;
      const right = left + 1;
      const next = right < items.length && compare(items[right] as T, items[left] as T) < 0 ? right : left;
      const child = items[next] as T;
      if (compare(item, child) <= 0) break;
      put(child, position);
      position = next;
    }
    put(item, position);
  };

  const removeAt = (position: number) => {
    positions.delete(items[position] as T);
    const last = items.pop() as T;
    if (position === items.length) return;
    // The item that fills the gap comes from the bottom, but not necessarily from below the gap.
    sink(last, position);
    rise(last, positions.get(last) ?? position);
  };

  return {
    get size() {
      return items.length;
    },
    peek: () => items[0],
    push: (item) => {
      rise(item, items.length);
    },
    pop: () => {
      const first = items[0];
      if (items.length > 0) removeAt(0);
      return first;
    },
    remove: (item) => {
      const position = positions.get(item);
      if (position === undefined) return false;
      removeAt(position);
      return true;
    },
  };
}
