import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Instructions, Step } from '../../contract.ts';
import { Code } from '../../parts/code.tsx';

const WAYS = { portal: 'Azure portal', 'azure-cli': 'Azure CLI', powershell: 'PowerShell' } as const;

interface GuideProps {
  readonly instructions: Instructions;
  /** What is needed on the way, shown before the steps. */
  readonly children?: ComponentChildren;
}

/** What somebody has to do, by the way they know. */
export function Guide({ instructions, children }: GuideProps) {
  const [chosen, setChosen] = useState(0);
  const way = instructions.ways[chosen];
  return (
    <div class="guide">
      <Code prose text={instructions.summary} label="words to send on" />
      <Steps steps={instructions.before} />
      {children}
      {instructions.ways.length > 1 && (
        <div class="toggles" role="group" aria-label="How to do it">
          {instructions.ways.map(({ by }, index) => (
            <button
              key={by}
              type="button"
              class="toggle"
              aria-pressed={index === chosen}
              onClick={() => setChosen(index)}
            >
              {WAYS[by]}
            </button>
          ))}
        </div>
      )}
      {way && <Steps steps={way.steps} numbered />}
      <Steps steps={instructions.afterwards} />
    </div>
  );
}

function Steps({
  steps,
  numbered = false,
}: {
  readonly steps: readonly Step[];
  readonly numbered?: boolean;
}) {
  const List = numbered ? 'ol' : 'ul';
  return (
    <List class={numbered ? 'steps' : 'plain'}>
      {steps.map(({ text, commands = [], link }) => (
        <li key={text}>
          {text}{' '}
          {link && (
            <a href={link} target="_blank" rel="noreferrer">
              Open
            </a>
          )}
          {commands.length > 0 && <Code text={commands.join('\n')} label="commands" />}
        </li>
      ))}
    </List>
  );
}
