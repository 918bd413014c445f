/** The managed identity endpoint of App Service: plain http on this machine, guarded by a header only the app knows. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { managedIdentityToken, type EntraOptions } from './entra.ts';

interface ManagedIdentityEndpoint {
  /** IDENTITY_ENDPOINT */
  readonly url: string;
  /** IDENTITY_HEADER */
  readonly header: string;
  readonly server: Server;
}

export async function startManagedIdentity(
  options: EntraOptions,
  onCall: () => Promise<void>,
): Promise<ManagedIdentityEndpoint> {
  const header = randomUUID();
  const server = createServer((request, response) => {
    void answer(options, header, onCall, new URL(request.url ?? '/', 'http://localhost'), {
      header: String(request.headers['x-identity-header']),
      response,
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/msi/token`, header, server };
}

async function answer(
  options: EntraOptions,
  expected: string,
  onCall: () => Promise<void>,
  url: URL,
  { header, response }: { readonly header: string; readonly response: ServerResponse },
): Promise<void> {
  await onCall();
  const { clientId, objectId } = options.directory.observer;
  const asked = url.searchParams.get('client_id')?.toLowerCase();
  const askedObject = (
    url.searchParams.get('object_id') ?? url.searchParams.get('principal_id')
  )?.toLowerCase();
  const resource = url.searchParams.get('resource');
  if (url.pathname !== '/msi/token') {
    send(response, 404, 'Not found');
    return;
  }
  if (header !== expected) {
    send(response, 401, 'The X-IDENTITY-HEADER is missing or wrong.');
    return;
  }
  if (resource === null) {
    send(response, 400, 'The resource parameter is missing.');
    return;
  }
  if (asked !== clientId && askedObject !== objectId) {
    send(
      response,
      400,
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    );
    return;
  }
  const { token, expiresOn } = await managedIdentityToken(options, resource);
  const body = {
    access_token: token,
    expires_on: String(expiresOn),
    resource,
    token_type: 'Bearer',
    client_id: clientId,
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function send(response: ServerResponse, statusCode: number, message: string): void {
  response
    .writeHead(statusCode, { 'content-type': 'application/json' })
    .end(JSON.stringify({ statusCode, message }));
}
