import { CopyButton } from './copy.tsx';

interface CodeProps {
  readonly text: string;
  readonly label: string;
  /** Words for people, to be sent as they stand. */
  readonly prose?: boolean;
}

/** Text to be copied as it stands. */
export function Code({ text, label, prose = false }: CodeProps) {
  return (
    <div class={prose ? 'code prose' : 'code'}>
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} of={label} />
    </div>
  );
}
