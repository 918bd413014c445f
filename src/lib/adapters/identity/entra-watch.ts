import { AsyncLocalStorage } from 'node:async_hooks';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { Failure } from '../../domain/failure.ts';
import { entraFailure } from './entra-errors.ts';

/**
 * Sees what Entra really answers. The identity library keeps neither status nor Retry-After in its errors, and MSAL
 * answers from a throttle cache of its own after a 429 or 5xx; so a pipeline policy takes note of a bad answer, per
 * request, before MSAL sees it.
 */
export interface EntraWatch {
  /** Goes into a credential's options as a per-call policy; also limits the time of every request. */
  readonly policy: PipelinePolicy;
  /** Runs one token request; a bad answer to it is thrown as the failure it means. */
  during<T>(request: () => Promise<T>): Promise<T>;
}

export function makeEntraWatch(who: string, timeoutMs: number, clock: () => Date): EntraWatch {
  const notes = new AsyncLocalStorage<{ failure: Failure | null }>();
  return {
    policy: {
      name: 'entraWatch',
      async sendRequest(request, next) {
        request.timeout = timeoutMs;
        const response = await next(request);
        if (response.status < 400) return response;
        const failure = entraFailure(
          {
            status: response.status,
            body: response.bodyAsText ?? '',
            retryAfter: response.headers.get('retry-after'),
            requestId: response.headers.get('x-ms-request-id'),
          },
          who,
          clock(),
        );
        const note = notes.getStore();
        if (note) note.failure = failure;
        throw failure;
      },
    },
    during: (request) =>
      notes.run({ failure: null }, async () => {
        try {
          return await request();
        } catch (error) {
          throw notes.getStore()?.failure ?? error;
        }
      }),
  };
}
