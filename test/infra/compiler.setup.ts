/**
 * Fetches the compiler and compiles everything once, before the tests run. Where there is no compiler they are skipped,
 * and say so; on CI that is a failure.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findBicep } from '../../infra/compiler.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the compiled files are, and what the compiler had to say; null where there is no compiler. */
    compiled: { readonly dir: string; readonly findings: string } | null;
  }
}

export default function setup(project: TestProject): () => void {
  const bicep = findBicep();
  if ('missing' in bicep) {
    const words = `The Bicep files are not checked: ${bicep.missing}.`;
    if (process.env['CI']) throw new Error(words);
    process.stderr.write(`${words}\n`);
    project.provide('compiled', null);
    return () => undefined;
  }
  const dir = mkdtempSync(join(tmpdir(), 'compiled-'));
  project.provide('compiled', { dir, findings: bicep.build(dir) });
  return () => rmSync(dir, { recursive: true });
}
