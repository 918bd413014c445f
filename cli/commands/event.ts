import type { Command } from 'commander';
import { complaint, misuse } from '../complaint.ts';
import { readInput, type Context } from '../context.ts';
import { developerCredential } from '../developer-credential.ts';
import { withExamples } from '../examples.ts';

interface SendOptions {
  readonly serviceBus?: string;
  readonly queue: string;
  readonly raw?: true;
}

export function addEvent(program: Command, context: Context): void {
  const event = program.command('event').description('Onboarding events');
  withExamples(
    event
      .command('send')
      .description('Put a message on the onboarding queue, as an onboarding system does')
      .argument('<event>', 'JSON, @FILE, or - for standard input')
      .option('--service-bus <namespace>', 'as PAL_SERVICE_BUS (default: the local stack’s)')
      .option('--queue <name>', 'the onboarding queue', 'onboarding')
      .option('--raw', 'send the bytes as they are, even when they are no JSON')
      .action(async (text: string, options: SendOptions) => {
        const body = bytesOf(text);
        if (!options.raw) mustBeJson(body);
        await send(context, body, options);
        context.print({ sent: true, queue: options.queue, bytes: body.length });
      }),
    [
      [
        `pal event send '{"tenantId":"11111111-2222-4333-8444-555555555555"}'`,
        'Onboard a customer on the local stack',
      ],
      ['pal event send @event.json --service-bus contoso.servicebus.windows.net', 'The same in Azure'],
    ],
  );
}

function bytesOf(text: string): Buffer {
  if (text === '-') return readInput('-');
  return text.startsWith('@') ? readInput(text.slice(1)) : Buffer.from(text);
}

function mustBeJson(body: Buffer): void {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw misuse('The event is not valid JSON in UTF-8; it would be parked.', '--raw sends it nevertheless.');
  }
}

async function send(context: Context, body: Buffer, { serviceBus, queue }: SendOptions): Promise<void> {
  const namespace = serviceBus ?? process.env['PAL_SERVICE_BUS'];
  const local = namespace === undefined ? context.stack()?.serviceBus : undefined;
  if (namespace === undefined && local === undefined) {
    throw misuse(
      'It is not said which Service Bus to use.',
      'Set PAL_SERVICE_BUS (or --service-bus) to its name.',
    );
  }
  const { ServiceBusClient } = await import('@azure/service-bus');
  const tenant = context.options().tenant ?? process.env['PAL_TENANT'] ?? null;
  const client =
    local === undefined
      ? new ServiceBusClient(namespace ?? '', await developerCredential(tenant))
      : new ServiceBusClient(local);
  try {
    await client.createSender(queue).sendMessages({ body });
  } catch (error) {
    throw complaint(`The event was not sent: ${error instanceof Error ? error.message : String(error)}`, {
      remedy: 'Sending takes the role Azure Service Bus Data Sender on the queue, and az login.',
    });
  } finally {
    await client.close();
  }
}
