import type { Outcome } from '../../domain/outcome.ts';
import type { ReconcileRequest } from '../../domain/request.ts';
import type { Telemetry } from '../../domain/telemetry.ts';

/** One run of a function, as its host tells of it. */
export interface Invocation {
  readonly name: string;
  readonly id: string;
  /** The host's own span for this run (W3C `traceparent`); null where it makes none. */
  readonly host: string | null;
  /** What the message says that it continues, and that it follows from. */
  readonly continues: string | null;
  readonly followsFrom: string | null;
}

export function traceInvocation<T>(
  telemetry: Telemetry,
  invocation: Invocation,
  run: () => Promise<T>,
): Promise<T> {
  const start = {
    name: invocation.name,
    attributes: { 'faas.name': invocation.name, 'faas.invocation_id': invocation.id },
    continues: parentOf(invocation),
    followsFrom: invocation.followsFrom,
  };
  return telemetry.span(start, async (span) => {
    const result = await run();
    const status = statusOf(result);
    if (status !== null) span.set({ 'http.response.status_code': status });
    if (status !== null && status >= 500) span.fail(String(status));
    return result;
  });
}

/** The host's span where it is of the same trace as the message: it is the nearer one. Not every host follows a message. */
function parentOf({ host, continues }: Invocation): string | null {
  if (host === null || continues === null) return continues ?? host;
  const traceOf = (traceparent: string) => traceparent.split('-')[1];
  return traceOf(host) === traceOf(continues) ? host : continues;
}

function statusOf(result: unknown): number | null {
  const { status } = (result ?? {}) as { readonly status?: unknown };
  return typeof status === 'number' ? status : null;
}

type Pass = (request: ReconcileRequest) => Promise<Outcome>;

/** A pass as one span: whom it looked at, why, and what it came to. */
export function makeTracedPass(pass: Pass, telemetry: Telemetry): Pass {
  return (request) => {
    const attributes = {
      'pal.subject': request.subject,
      'pal.subject.id': request.id,
      'pal.cause': request.cause.kind,
      'pal.hop': request.hop,
      'pal.attempt': request.attempt,
    };
    return telemetry.span({ name: `pass ${request.subject}`, attributes }, async (span) => {
      // Thrown or not, a pass comes to one outcome.
      span.set({ 'pal.outcome': 'failed' });
      const outcome = await pass(request);
      span.set({ 'pal.outcome': outcome.kind });
      return outcome;
    });
  };
}
