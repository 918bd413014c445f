/** `npm run event -- [--stack FILE] JSON|@FILE`: puts one message on the onboarding queue of a running local stack. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ServiceBusClient } from '@azure/service-bus';

const { values, positionals } = parseArgs({ options: { stack: { type: 'string' } }, allowPositionals: true });
const [event] = positionals;
if (!values.stack || event === undefined) {
  console.error('Usage: npm run event -- --stack FILE \'{"tenantId":"…"}\'   (or @event.json)');
  process.exit(1);
}
const { serviceBus } = JSON.parse(readFileSync(values.stack, 'utf8')) as { serviceBus: string };
const body = event.startsWith('@') ? readFileSync(event.slice(1)) : Buffer.from(event);
const client = new ServiceBusClient(serviceBus);
await client.createSender('onboarding').sendMessages({ body });
await client.close();
console.log('Sent.');
