import type { TenantState, Verdict } from '../contract.ts';
import { states, verdicts, type Tone } from '../words.ts';

/** A word in a colour, with a shape that says the same to whoever does not see the colour. */
export function Chip({
  tone,
  name,
  title,
}: {
  readonly tone: Tone;
  readonly name: string;
  readonly title?: string;
}) {
  return (
    <span class={`chip ${tone}`} title={title}>
      <Shape tone={tone} />
      {name}
    </span>
  );
}

export function Shape({ tone }: { readonly tone: Tone }) {
  return (
    <svg class={`shape ${tone}`} viewBox="0 0 12 12" aria-hidden="true">
      {tone === 'good' && <path d="m2.5 6.3 2.4 2.4 4.6-5.2" />}
      {tone === 'partly' && (
        <>
          <circle cx="6" cy="6" r="4.2" />
          <path class="filled" d="M6 1.8a4.2 4.2 0 0 1 0 8.4Z" />
        </>
      )}
      {tone === 'bad' && <path d="m3 3 6 6m0-6-6 6" />}
      {tone === 'blind' && <path d="M4.3 4.400a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.9.7-.9 1.300M6 9.600v.1" />}
      {tone === 'waiting' && (
        <>
          <circle cx="6" cy="6" r="4.6" />
          <path d="M6 3.6V6l1.600 1" />
        </>
      )}
      {tone === 'quiet' && <path d="M3 6h6" />}
    </svg>
  );
}

export function StateChip({ state }: { readonly state: TenantState }) {
  const { tone, name, meaning } = states[state];
  return <Chip tone={tone} name={name} title={meaning} />;
}

export function VerdictChip({ verdict }: { readonly verdict: Verdict }) {
  const { tone, name, meaning } = verdicts[verdict];
  return <Chip tone={tone} name={name} title={meaning} />;
}
