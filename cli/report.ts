/**
 * Prints the report of everything on record as JSON, from the same settings as the app. As a child of the local stack it
 * stays and answers the question `report`, which is how the stack shows progress.
 */
import { composeApp } from '../src/lib/app.ts';

const { report } = composeApp((_level, line) => {
  console.error(line);
});

if (process.argv.includes('--serve')) {
  const { serveControl } = await import('../local/control.ts');
  serveControl({}, { report }, () => process.exit(0));
} else {
  process.stdout.write(`${JSON.stringify(await report(), null, 2)}\n`);
}
