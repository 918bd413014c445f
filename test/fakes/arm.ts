import type { ArmCall, ArmClient, ArmResponse } from '../../src/lib/adapters/arm/arm-client.ts';

/** ARM that answers by a script, and remembers what it was asked. */
export interface FakeArm {
  readonly arm: ArmClient;
  readonly calls: ArmCall[];
  /** The most calls that were under way at once. */
  readonly most: () => number;
}

export function makeFakeArm(
  answer: (call: ArmCall) => {
    readonly body: unknown;
    readonly status?: number;
    readonly headers?: Record<string, string>;
  },
  clock: () => Date,
): FakeArm {
  const calls: ArmCall[] = [];
  let running = 0;
  let most = 0;
  const arm: ArmClient = async (call): Promise<ArmResponse> => {
    calls.push(call);
    running += 1;
    const sentAt = clock();
    most = Math.max(most, running);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    running -= 1;
    const { body, status = 200, headers = {} } = answer(call);
    return { status, body, header: (name) => headers[name], sentAt };
  };
  return { arm, calls, most: () => most };
}
