import pLimit from 'p-limit';
import { Failure } from '../domain/failure.ts';
import type { FaultyLine, ImportLine, TenantSheet } from '../domain/tenant-import.ts';
import { makeTellAsOperator, problemWith, type TellAsOperatorDeps } from './tell-as-operator.ts';

export interface ImportRequest extends TenantSheet {
  readonly dryRun: boolean;
  readonly by: string;
}

export interface Imported {
  readonly dryRun: boolean;
  readonly lines: number;
  readonly imported: number;
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
    const problemOf = async ({ line, tenantId, facts }: ImportLine): Promise<string | null> => {
      const earlier = first.get(tenantId) ?? line;
      if (earlier !== line) return `tenantId: stands in line ${earlier} already`;
      const word = { tenantId, facts, presence: 'onboarded', by, mustBeKnown: false } as const;
      const result = dryRun ? await problemWith(deps, word) : await tell(word);
      if (result?.kind !== 'refused') return null;
      return result.faults.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
    };
    const fates = await Promise.all(
      lines.map((one) =>
        limit(async () => {
          const problem = await problemOf(one).catch(troubleOf);
          return problem === null ? [] : [{ line: one.line, problems: [problem] }];
        }),
      ),
    );
    const bad = fates.flat();
    return {
      dryRun,
      lines: lines.length + faulty.length,
      imported: lines.length - bad.length,
      refused: [...faulty, ...bad].sort((a, b) => a.line - b.line),
    };
  };
}

/** Trouble that may pass, as words for the line; a defect goes on. */
function troubleOf(error: unknown): string {
  if (error instanceof Failure) return 'could not be written just now: import this line again';
  throw error;
}
