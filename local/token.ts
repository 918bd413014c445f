/** `npm run token -- [--stack FILE] [--as reader]`: prints an access token for the API of the local stack that runs. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runningStacks } from './running-stacks.ts';
import { accessToken } from './sign-in.ts';

const { values } = parseArgs({
  options: { stack: { type: 'string' }, as: { type: 'string', default: 'operator' } },
});
const running = values.stack === undefined ? runningStacks() : [values.stack];
const [stack, ...others] = running;
if (stack === undefined || others.length > 0 || (values.as !== 'operator' && values.as !== 'reader')) {
  if (stack === undefined) console.error('No local stack runs: npm start.');
  if (others.length > 0) console.error(['Several local stacks run:', ...running].join('\n  '));
  console.error('Usage: npm run token -- [--stack FILE] [--as operator|reader]');
  process.exit(1);
}
const facts = JSON.parse(readFileSync(stack, 'utf8')) as Record<string, string>;
try {
  console.log(await accessToken(facts, values.as));
} catch (error) {
  console.error(`No token: ${error instanceof Error ? error.message : String(error)} Is the stack running?`);
  process.exitCode = 1;
}
