/** The estate while it runs: its present state, what the index knows of it, and the patches that change it. */
import { checkEstate, type Estate } from '../estates/estate.ts';
import { playingOrder } from '../estates/timeline.ts';
import { delegationEvents, type DelegationEvent } from './delegation-events.ts';
import { patchEstate } from './estate-patch.ts';
import { viewEstate, type EstateView } from './estate-view.ts';

export interface LiveEstate {
  current(): EstateView;
  /** The estate as the index shows it: late by `indexLagMs`. */
  indexed(): EstateView;
  /** What the activity log shows of delegations: late by `indexLagMs`, as the index is. */
  activity(): readonly DelegationEvent[];
  /** The tenant a subscription is or was in, if it ever was part of the estate. */
  tenantOf(subscriptionId: string): string | undefined;
  /** Applies the patch of a timeline step, if it has one. */
  apply(at: number): void;
}

interface LiveEstateOptions {
  readonly estate: Estate;
  readonly now: () => number;
  /** The estate with what happened outside it (links) filled in; patches are applied to this. */
  readonly refresh: (estate: Estate) => Estate;
  readonly onPatched: (after: Estate) => void;
  readonly log: (line: string) => void;
}

/** Fields a timeline cannot change. */
const fixed = ['managingTenant', 'observer', 'timeline', 'events'];

export function makeLiveEstate(options: LiveEstateOptions): LiveEstate {
  const { estate, now, log } = options;
  // Found now rather than when it is due: a bad timeline is a bad estate file.
  rehearseTimeline(estate);
  // The estate at the start counts as indexed long ago.
  const history = [{ from: Number.NEGATIVE_INFINITY, view: viewEstate(estate) }];
  const tenants = new Map<string, string>();
  const activity: DelegationEvent[] = [];

  const current = () => history.at(-1)?.view ?? viewEstate(estate);
  const remember = (view: EstateView) => {
    for (const one of view.subscriptions) tenants.set(one.subscription.subscriptionId, one.customer.tenantId);
  };
  remember(current());

  return {
    current,
    indexed() {
      const latest = now() - current().estate.indexLagMs;
      const known = Math.max(
        0,
        history.findLastIndex((one) => one.from <= latest),
      );
      history.splice(0, known);
      return history[0]?.view ?? current();
    },
    activity: () => activity.filter(({ at }) => at <= now() - current().estate.indexLagMs),
    tenantOf: (subscriptionId) => tenants.get(subscriptionId),
    apply(at) {
      const patch = estate.timeline[at]?.patch;
      if (!patch) return;
      const after = patchOne(options.refresh(current().estate), patch, at);
      const view = viewEstate(after);
      activity.push(...delegationEvents(current(), view, now()));
      history.push({ from: now(), view });
      remember(view);
      options.onPatched(after);
      log(`timeline[${at}] applied`);
    },
  };
}

function rehearseTimeline(estate: Estate): void {
  playingOrder(estate.timeline).reduce((state, at) => {
    const patch = estate.timeline[at]?.patch;
    return patch ? patchOne(state, patch, at) : state;
  }, estate);
}

function patchOne(estate: Estate, patch: Readonly<Record<string, unknown>>, at: number): Estate {
  const name = `The estate after timeline[${at}]`;
  const refused = fixed.filter((field) => field in patch);
  if (refused.length > 0) throw new Error(`timeline[${at}].patch: ${refused.join(', ')} cannot change`);
  return checkEstate(patchEstate(estate, patch), name);
}
