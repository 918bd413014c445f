import { ago, exactly } from '../words.ts';

/** How long ago something was; the exact time shows when somebody points at it. */
export function Age({ at, now }: { readonly at: string | null; readonly now: number }) {
  if (at === null) return <span>never</span>;
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(at, now)}
    </time>
  );
}
