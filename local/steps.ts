/**
 * What the steps of an estate's timeline do to the running stack: the estate changes, then events go to the queue, then an
 * operator calls the API. A data directory that is used again sees the changes again, because its estate begins anew; events
 * and calls it has had.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Child } from './control.ts';
import type { Step } from './estates/estate.ts';
import type { Loader } from './estates/loader.ts';
import { callAsOperator, type OperatorAnswer, type OperatorCallOptions } from './operator-calls.ts';

export interface Steps {
  /** Plays the step at this place of the file. */
  play(at: number): Promise<void>;
  /** What the operator's calls were answered. */
  answers(): readonly OperatorAnswer[];
  /** Whether every call was answered as the estate says. */
  allAsExpected(): boolean;
}

interface StepsOptions {
  readonly timeline: readonly Step[];
  readonly azure: Pick<Child, 'ask'>;
  readonly loader: Pick<Loader, 'sendStep'>;
  readonly operator: OperatorCallOptions;
  /** Where it is kept which steps this data directory has had. */
  readonly file: string;
  readonly say: (line: string) => void;
}

/** Which steps' events and calls have been made, and what their answers left for later ones. */
const Done = z.strictObject({ steps: z.array(z.number()), kept: z.record(z.string(), z.unknown()) });

export function makeSteps({ timeline, azure, loader, operator, file, say }: StepsOptions): Steps {
  let done = existsSync(file)
    ? Done.parse(JSON.parse(readFileSync(file, 'utf8')))
    : Done.parse({ steps: [], kept: {} });
  const answers: OperatorAnswer[] = [];
  let faults = 0;

  const call = async (request: Step['requests'][number], at: string) => {
    try {
      const called = await callAsOperator(operator, request, at, done.kept);
      answers.push(called.answer);
      done = { ...done, kept: called.kept };
      return called.faults;
    } catch (error) {
      return [`${request.method} ${request.path}: ${error instanceof Error ? error.message : String(error)}`];
    }
  };

  return {
    async play(at) {
      const step = timeline[at];
      if (!step) return;
      await azure.ask('apply-step', at);
      if (done.steps.includes(at)) return;
      if (step.events.length > 0) await loader.sendStep(at);
      for (const [index, request] of step.requests.entries()) {
        const place = `timeline[${at}].requests[${index}]`;
        for (const words of await call(request, place)) {
          faults += 1;
          say(`error: ${place}: ${words}`);
        }
      }
      done = { ...done, steps: [...done.steps, at] };
      writeFileSync(file, JSON.stringify(done));
    },
    answers: () => answers,
    allAsExpected: () => faults === 0,
  };
}
