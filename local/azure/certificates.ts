/** The simulator's own certificate authority and its server certificate: made once, then kept in the data directory. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

interface Certificates {
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
}

const tenYears = 3650 * 24 * 3600 * 1000;

/** Loads the certificates of a data directory, or makes them there. */
export async function loadCertificates(dataDir: string): Promise<Certificates> {
  const at = (name: string) => join(dataDir, name);
  const caFile = at('ca.pem');
  if (!existsSync(at('server.pem'))) await makeCertificates(dataDir, at);
  return {
    caFile,
    key: readFileSync(at('server-key.pem'), 'utf8'),
    cert: [at('server.pem'), caFile].map((file) => readFileSync(file, 'utf8')).join('\n'),
  };
}

async function makeCertificates(dataDir: string, at: (name: string) => string): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const notBeforeDate = new Date(Date.now() - 24 * 3600 * 1000);
  const notAfterDate = new Date(notBeforeDate.getTime() + tenYears);
  const validity = { keyType: 'ec', algorithm: 'sha256', notBeforeDate, notAfterDate } as const;

  const ca = await generate([{ name: 'commonName', value: 'PAL Autopilot local CA' }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });

  const secretly = { mode: 0o600 };
  writeFileSync(at('ca-key.pem'), ca.private, secretly);
  writeFileSync(at('ca.pem'), ca.cert);
  writeFileSync(at('server-key.pem'), server.private, secretly);
  // Last, because its presence says that all of them are there.
  writeFileSync(at('server.pem'), server.cert);
}
