import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { findBicep, type Bicep } from '../../infra/compiler.ts';
import { azd } from './azd.ts';
import { compiledText } from './templates.ts';

const sources = globSync('infra/**/*.{bicep,bicepparam}').sort();

describe.skipIf(!inject('compiled'))('the infrastructure’s sources', () => {
  const bicep = findBicep() as Bicep;

  it('compile without a word', () => {
    expect(inject('compiled')?.findings).toBe('');
    expect(globSync('**/*.json', { cwd: inject('compiled')?.dir ?? '' })).toHaveLength(sources.length - 1);
  });

  it('pass the linter without a word', () => {
    expect(bicep.lint()).toBe('');
  });

  it('are formatted (bicep format)', () => {
    const copy = mkdtempSync(join(tmpdir(), 'formatted-'));
    cpSync('infra', join(copy, 'infra'), { recursive: true });

    const findings = bicep.format(copy);

    expect(findings).toBe('');
    expect(sources.filter((file) => read(file) !== read(join(copy, file)))).toEqual([]);
    rmSync(copy, { recursive: true });
  });

  it.each(globSync('infra/lighthouse/*.json').sort())(
    'give %s, as it is committed (npm run infra:templates)',
    (file) => {
      expect(read(file)).toBe(compiledText(join('lighthouse', basename(file))));
    },
  );

  it('name the setting that is missing', () => {
    const { PAL_PARTNER_ID: _, ...rest } = azd;

    expect(bicep.parameters(rest)).toContain('"PAL_PARTNER_ID" does not exist');
  });
});

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
