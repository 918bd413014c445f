import type { ComponentChildren } from 'preact';
import type { Trouble } from '../client.ts';
import type { Loaded } from '../resource.ts';
import { ago } from '../words.ts';

/** What went wrong, and a way to try again. */
export function TroubleNote({ trouble, retry }: { readonly trouble: Trouble; readonly retry?: () => void }) {
  return (
    <div class="note bad" role="alert">
      <div>
        <strong>{trouble.title}</strong> {trouble.detail}
        {trouble.fields.length > 0 && (
          <ul class="plain">
            {trouble.fields.map(({ at, problem }) => (
              <li key={at + problem}>
                <code>{at}</code> {problem}
              </li>
            ))}
          </ul>
        )}
        {trouble.callId && <span class="faint"> (call {trouble.callId})</span>}
      </div>
      {retry && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

interface FrameProps<T> {
  readonly of: Loaded<T>;
  readonly retry: () => void;
  readonly now: number;
  readonly children: (value: T) => ComponentChildren;
  /** How many grey lines stand in for what is not there yet. */
  readonly lines?: number;
}

/** Shows what was read: the last good reading stays when a later one fails, with its age. */
export function Frame<T>({ of, retry, now, children, lines = 6 }: FrameProps<T>) {
  if (of.value === null) {
    if (of.trouble) return <TroubleNote trouble={of.trouble} retry={retry} />;
    return (
      <div class="lines" role="status" aria-label="Loading">
        {Array.from({ length: lines }, (_, line) => (
          <span key={line} class="line" />
        ))}
      </div>
    );
  }
  return (
    <>
      {of.trouble && of.readAt !== null && (
        <div class="note warn" role="status">
          <div>
            <strong>Could not be read again.</strong> What is shown was read{' '}
            {ago(new Date(of.readAt).toISOString(), now)}. {of.trouble.title}
          </div>
          <button type="button" class="button" onClick={retry}>
            Try again
          </button>
        </div>
      )}
      {children(of.value)}
    </>
  );
}

/** A heading with what stands beside it. */
export function PageHead({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="page-head">
      <h1 tabIndex={-1}>{title}</h1>
      {children && <div class="beside">{children}</div>}
    </div>
  );
}
