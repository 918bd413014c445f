import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const missing = spawnSync('shellcheck', ['--version']).status !== 0;
if (missing && process.env['CI'])
  throw new Error('The shell scripts cannot be checked: shellcheck is not there.');

it.skipIf(missing).each(['infra/bootstrap/bootstrap.sh', '.ci/run'])(
  '%s is clean by shellcheck',
  (script) => {
    const { stdout, status } = spawnSync('shellcheck', [script], { encoding: 'utf8' });

    expect(stdout).toBe('');
    expect(status).toBe(0);
  },
);
