import type { Asked } from '../contract.ts';
import { outcomeWords } from '../words.ts';

/** What a look that somebody asked for came to. */
export function OutcomeNote({ asked: { outcome, detail } }: { readonly asked: Asked }) {
  return (
    <div class={`note ${outcome === 'failed' || outcome === 'refused' ? 'bad' : 'good'}`}>
      <div>
        <strong>Done: {outcomeWords(outcome)}.</strong> {detail}
      </div>
    </div>
  );
}
