/** `npm run infra:templates`: compiles the templates that customers deploy; infra:check holds the results to their source. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBicep } from './compiler.ts';

const TEMPLATES = ['subscription', 'resource-group', 'management-group-policy'];

const bicep = findBicep();
if ('missing' in bicep) throw new Error(`The templates cannot be compiled: ${bicep.missing}.`);

const out = mkdtempSync(join(tmpdir(), 'templates-'));
try {
  // The policy reads the subscription's compiled template, so what changed there arrives in it one round later.
  for (let round = 0; round < 2; round++) {
    const findings = bicep.build(out);
    if (findings !== '') throw new Error(findings);
    for (const name of TEMPLATES) {
      copyFileSync(join(out, 'lighthouse', `${name}.json`), `infra/lighthouse/${name}.json`);
    }
  }
} finally {
  rmSync(out, { recursive: true });
}
