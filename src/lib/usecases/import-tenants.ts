import pLimit from 'p-limit';
import { Failure } from '../domain/failure.ts';
import type { Refused } from '../domain/fault.ts';
import type { FaultyLine, ImportLine, ReturningLine, TenantSheet } from '../domain/tenant-import.ts';
import {
  makeTellAsOperator,
  problemWith,
  type OperatorsWord,
  type OperatorTold,
  type TellAsOperatorDeps,
} from './tell-as-operator.ts';

export interface ImportRequest extends TenantSheet {
  readonly dryRun: boolean;
  readonly by: string;
}

export interface Imported {
  readonly dryRun: boolean;
  readonly lines: number;
  readonly imported: number;
  /** Lines whose tenants had been offboarded: the import onboards them again, and says so. */
  readonly onboardedAgain: readonly ReturningLine[];
  readonly refused: readonly FaultyLine[];
}

const AT_ONCE = 16;

/**
 * Registers many tenants: each line as an operator would say it. What is wrong with one line keeps none of the others from
 * being imported; imported again, a line changes nothing. Never throws for trouble with a line: that is told.
 */
export function makeImportTenants(deps: TellAsOperatorDeps): (request: ImportRequest) => Promise<Imported> {
  const tell = makeTellAsOperator(deps);
  return async ({ lines, faulty, dryRun, by }) => {
    const limit = pLimit(AT_ONCE);
    const first = new Map(lines.toReversed().map(({ tenantId, line }) => [tenantId, line]));
    const fateOf = async ({ line, tenantId, facts }: ImportLine): Promise<Fate> => {
      const earlier = first.get(tenantId) ?? line;
      if (earlier !== line) return { problem: `tenantId: stands in line ${earlier} already` };
      const word = { tenantId, facts, presence: 'onboarded', by, mustBeKnown: false } as const;
      const result = await (dryRun ? tellDry(deps, word) : tell(word));
      if (result.kind === 'told') return result;
      return { problem: result.faults.map(({ field, problem }) => `${field}: ${problem}`).join('; ') };
    };
    const fates = await Promise.all(
      lines.map((one) => limit(async () => ({ ...one, fate: await fateOf(one).catch(troubleOf) }))),
    );
    const bad = fates.flatMap(({ line, fate }) =>
      'problem' in fate ? [{ line, problems: [fate.problem] }] : [],
    );
    return {
      dryRun,
      lines: lines.length + faulty.length,
      imported: lines.length - bad.length,
      onboardedAgain: fates.flatMap(({ line, tenantId, fate }) =>
        'backFrom' in fate && fate.backFrom !== null ? [{ line, tenantId, offboardedAt: fate.backFrom }] : [],
      ),
      refused: [...faulty, ...bad].sort((a, b) => a.line - b.line),
    };
  };
}

type Fate = { readonly problem: string } | Pick<OperatorTold, 'backFrom'>;

/** What a word would come to, were it said. */
async function tellDry(
  deps: TellAsOperatorDeps,
  word: OperatorsWord,
): Promise<Refused | (Pick<OperatorTold, 'backFrom'> & { readonly kind: 'told' })> {
  const problem = await problemWith(deps, word);
  if (problem) return problem;
  const known = await deps.ledger.read(word.tenantId);
  return { kind: 'told', backFrom: known?.record.registration.offboardedAt ?? null };
}

/** Trouble that may pass, as words for the line; a defect goes on. */
function troubleOf(error: unknown): Fate {
  if (error instanceof Failure) return { problem: 'could not be written just now: import this line again' };
  throw error;
}
