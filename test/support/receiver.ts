/** A webhook receiver on this machine: verifies signatures, answers by a script, and remembers what arrived. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Webhook } from 'standardwebhooks';

export const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes 123').toString('base64')}`;

/** What a receiver heard of a CloudEvent. */
export interface HeardEvent {
  readonly type: string;
  readonly id: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Received {
  /** The `webhook-id`. */
  readonly id: string;
  /** The status that was answered. */
  readonly status: number;
  /** Whether the signature was good, by the reference library. */
  readonly signed: boolean;
  readonly contentType: string;
  readonly body: unknown;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The events of all that was accepted, in order. */
  events(): HeardEvent[];
  stop(): Promise<void>;
}

/** `statuses` are answered first, one each; afterwards everything is accepted. A status of 0 resets the connection. */
export async function startReceiver(
  statuses: readonly number[] = [],
  headers: Readonly<Record<string, string>> = {},
): Promise<Receiver> {
  const left = [...statuses];
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const status = left.shift() ?? 202;
      received.push({
        id: String(request.headers['webhook-id']),
        status,
        signed: isSigned(text, request.headers as Record<string, string>),
        contentType: String(request.headers['content-type']),
        body: JSON.parse(text) as unknown,
      });
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, status >= 300 ? headers : {}).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    events: () => received.filter(({ status }) => status === 202).flatMap(({ body }) => body as HeardEvent[]),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function isSigned(body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(SECRET).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
