/** Faults of the estate file: the first that matches, is past its skip and has times left decides the answer. */
import type { Fault } from '../estates/estate.ts';
import { armError, type Answer, type Call } from './exchange.ts';
import { decodeLoosely } from './route.ts';

export interface Faults {
  /**
   * Counts this call against every fault that matches it and returns the one that strikes. `tenantId` is that of the call's
   * token; absent where it has none.
   */
  strike(faults: readonly Fault[], call: Call, tenantId?: string): Fault | undefined;
}

export function makeFaults(): Faults {
  let counted: { readonly faults: readonly Fault[]; readonly seen: number[]; readonly struck: number[] } = {
    faults: [],
    seen: [],
    struck: [],
  };
  return {
    strike(faults, call, tenantId) {
      // A timeline that touches the faults begins their count anew; any other change leaves it.
      if (counted.faults !== faults) {
        const isSame = JSON.stringify(counted.faults) === JSON.stringify(faults);
        counted = isSame
          ? { ...counted, faults }
          : { faults, seen: faults.map(() => 0), struck: faults.map(() => 0) };
      }
      const { seen, struck } = counted;
      const matching = faults.flatMap((fault, at) => (matches(fault, call, tenantId) ? [{ fault, at }] : []));
      for (const { at } of matching) seen[at] = (seen[at] ?? 0) + 1;
      const found = matching.find(
        ({ fault, at }) =>
          (seen[at] ?? 0) > fault.skip && (fault.times === null || (struck[at] ?? 0) < fault.times),
      );
      if (found) struck[found.at] = (struck[found.at] ?? 0) + 1;
      return found?.fault;
    },
  };
}

function matches(fault: Fault, call: Call, tenantId: string | undefined): boolean {
  if (fault.tenantId !== undefined && fault.tenantId !== tenantId) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== call.method) return false;
  const pattern = new RegExp(fault.path, 'i');
  return pattern.test(call.target) || pattern.test(decodeLoosely(call.target));
}

/** The answer of a fault that answers at all. */
export function faultAnswer(fault: Fault): Answer {
  const status = fault.status ?? 200;
  if (fault.kind === 'malformed') {
    return { status, headers: { ...json, ...fault.headers }, body: '{"value":[{"id":"/subscriptions/' };
  }
  if (fault.body !== undefined) return { status, headers: fault.headers, body: fault.body };
  const [code, message] = usual[status] ?? [
    'UnexpectedError',
    `A fault of the estate file answered ${status}.`,
  ];
  return armError(status, code, message, fault.headers);
}

const json = { 'content-type': 'application/json; charset=utf-8' };

const usual: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['BadRequest', 'The request is not valid.'],
  401: ['InvalidAuthenticationToken', 'The access token is invalid.'],
  403: ['AuthorizationFailed', 'The client does not have authorization to perform this action.'],
  404: ['NotFound', 'The resource was not found.'],
  409: ['Conflict', 'The request conflicts with the present state.'],
  429: ['TooManyRequests', 'The request is being throttled. Please try again after the time in Retry-After.'],
  500: ['InternalServerError', 'An internal server error occurred.'],
  502: ['BadGateway', 'The server received an invalid response from an upstream server.'],
  503: ['ServerUnavailable', 'The server is currently unavailable.'],
  504: ['GatewayTimeout', 'The gateway did not receive a response within the specified time period.'],
};
