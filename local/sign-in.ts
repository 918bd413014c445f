/** Signs in at the local Entra as one of the applications that may call the API. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

/** A fresh access token. `facts` are the stack's addresses; rejects with Entra's words when there is none. */
export async function accessToken(
  facts: Readonly<Record<string, string>>,
  as: 'operator' | 'reader',
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: facts[`${as}ClientId`] ?? '',
    client_secret: facts[`${as}Secret`] ?? '',
    scope: facts['apiScope'] ?? '',
  });
  const answer = await post(facts['tokenEndpoint'] ?? '', facts['caFile'] ?? '', form.toString());
  const { access_token: token, error_description: why } = JSON.parse(answer) as Record<string, string>;
  if (token) return token;
  throw new Error(why ?? 'Entra gave no token.');
}

/** The simulator's certificate is made by its own authority, which only this call has to trust. */
function post(url: string, caFile: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = request(url, { method: 'POST', ca: readFileSync(caFile), headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => resolve(text)).once('error', reject);
    });
    asked.once('error', reject).end(body);
  });
}
