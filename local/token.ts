/** `npm run token -- --stack FILE [--as reader]`: prints an access token for the API of a running local stack. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { accessToken } from './sign-in.ts';

const { values } = parseArgs({
  options: { stack: { type: 'string' }, as: { type: 'string', default: 'operator' } },
});
if (!values.stack || (values.as !== 'operator' && values.as !== 'reader')) {
  console.error('Usage: npm run token -- --stack FILE [--as operator|reader]');
  process.exit(1);
}
const facts = JSON.parse(readFileSync(values.stack, 'utf8')) as Record<string, string>;
try {
  console.log(await accessToken(facts, values.as));
} catch (error) {
  console.error(`No token: ${error instanceof Error ? error.message : String(error)} Is the stack running?`);
  process.exitCode = 1;
}
