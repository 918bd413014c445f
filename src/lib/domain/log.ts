/** The closed list of log events. Names are constant so that a query written today finds the entry in a year. */
export type LogEvent =
  | 'event.accepted'
  | 'event.parked'
  | 'event.change-withheld'
  | 'tenant.told'
  | 'pass.finished'
  | 'pass.retried'
  | 'pass.parked'
  | 'link.written'
  | 'gap.opened'
  | 'link.ordered'
  | 'relink.asked'
  | 'delegations.watched'
  | 'sweep.skipped'
  | 'sweep.superseded'
  | 'sweep.partial'
  | 'sweep.held'
  | 'sweep.confirmed'
  | 'sweep.assessed'
  | 'sweep.finished'
  | 'sweep.retried'
  | 'sweep.parked'
  | 'notice.told'
  | 'notice.delivered'
  | 'notice.retried'
  | 'notice.parked'
  | 'notice.dropped'
  | 'message.kept'
  | 'upstream.throttled'
  | 'call.failed'
  | 'message.redriven'
  | 'message.redrive-refused'
  | 'message.discarded'
  | 'role.decided';

/** Flat facts only: no objects, no bodies, no tokens, no customer names. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Level by whose fault it is: error = ours, warn = maybe ours, info = the rest. Logging never throws. */
export interface Log {
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}
