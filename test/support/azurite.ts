/** Table Storage on this machine: accounts of the Azurite that a project's tests share, each for one of them alone. */
import { inject } from 'vitest';
import { connectionStringOf, type TablesAccount } from '../../local/tables/account.ts';
import { makeTable, type Table, type TableStorage } from '../../src/lib/adapters/tables/table.ts';

export const ACCOUNT_KEY = Buffer.from('key').toString('base64');

/**
 * Files of a run, and accounts of a file, with those of tests that are tried again. All names go to Azurite in one variable
 * of its environment, which may have 128 KiB: more of the one means fewer of the other.
 */
const [FILES, OF_A_FILE] = [400, 16];

const nameOf = (file: number, account: number) => `file${file}x${account}`;

/** Every account there is; Azurite has to be told when it starts. */
export function accountNames(): readonly string[] {
  return Array.from({ length: FILES * OF_A_FILE }, (_, at) =>
    nameOf(Math.floor(at / OF_A_FILE), at % OF_A_FILE),
  );
}

let taken = 0;

/** An account that nobody else has. */
export function anAccount(): TablesAccount {
  // Each test file is run by a worker of its own number.
  const file = Number(process.env['VITEST_WORKER_ID']);
  if (file >= FILES || taken >= OF_A_FILE)
    throw new Error(
      'All accounts of the test Azurite are taken: see the numbers of files and accounts here.',
    );
  taken += 1;
  return { port: inject('azuritePort'), name: nameOf(file, taken - 1), key: ACCOUNT_KEY };
}

export interface TestTables {
  /** A table of its own. */
  table(): Table;
  /** Where the tables are. */
  storage(): TableStorage;
}

/** Tables for the tests of a file. */
export function useAzurite(): TestTables {
  const connectionString = connectionStringOf(anAccount());
  const storage = (): TableStorage => ({ kind: 'connection-string', connectionString });
  let tables = 0;
  return {
    storage,
    table() {
      tables += 1;
      return makeTable(`Table${tables}`, storage());
    },
  };
}
