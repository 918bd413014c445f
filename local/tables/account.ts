/** An account of a Table Storage on this machine. Its key opens nothing else. */
export interface TablesAccount {
  readonly port: number;
  readonly name: string;
  /** In base64. */
  readonly key: string;
}

/** The one account every Azurite has, the same for everybody and no secret (source: Azurite's documentation). */
export function usualAccount(port: number): TablesAccount {
  return {
    port,
    name: 'devstoreaccount1',
    key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  };
}

export function connectionStringOf({ port, name, key }: TablesAccount): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${name}`,
    `AccountKey=${key}`,
    `TableEndpoint=http://127.0.0.1:${port}/${name}`,
  ].join(';');
}
