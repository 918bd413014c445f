/** The checklist of partners of record (DPOR), as the API gives it with the remedies. */
import type { Instructions, Remedies } from './contract.ts';
import type { Tone } from './words.ts';

export type DporStep = 'asked' | 'confirmed' | 'void';

/** One subscription's line. The contract leaves most of it open, so what is not there is not taken for something. */
export interface DporLine {
  readonly subscriptionId: string;
  readonly status: 'not-asked' | DporStep;
  readonly applies: 'yes' | 'maybe' | 'no';
  readonly because: string;
  readonly partnerId: string | null;
  readonly steps: readonly {
    readonly step: DporStep;
    readonly at: string;
    readonly by: string;
    readonly partnerId?: string;
    readonly reason?: string;
  }[];
  readonly instructions: Instructions | null;
}

export function dporLines({ partnersOfRecord }: Remedies): readonly DporLine[] {
  return partnersOfRecord.map((one) => ({
    ...({ applies: 'maybe', because: '', partnerId: null, steps: [], instructions: null } as const),
    ...(one as Partial<DporLine> & Pick<DporLine, 'subscriptionId' | 'status'>),
  }));
}

export const dporWords: Readonly<Record<DporLine['status'], { readonly tone: Tone; readonly name: string }>> =
  {
    'not-asked': { tone: 'quiet', name: 'Not asked' },
    asked: { tone: 'waiting', name: 'Asked' },
    confirmed: { tone: 'good', name: 'Confirmed' },
    void: { tone: 'bad', name: 'Void' },
  };

export const voidReasons = {
  'agreement-changed': 'the agreement changed',
  'subscription-moved': 'the subscription moved to another tenant',
  'replaced-by-another-partner': 'replaced by another partner',
  'removed-by-customer': 'removed by the customer',
} as const;

export function voidWords(reason: string | undefined): string {
  return reason === undefined ? '' : ((voidReasons as Record<string, string>)[reason] ?? reason);
}

/** The steps that can be told next; history is not rewritten. */
export function nextSteps({ status, applies }: Pick<DporLine, 'status' | 'applies'>): readonly DporStep[] {
  const forward: readonly DporStep[] =
    applies === 'no' ? [] : status === 'confirmed' ? ['confirmed'] : ['asked', 'confirmed'];
  return status === 'asked' || status === 'confirmed' ? [...forward, 'void'] : forward;
}
