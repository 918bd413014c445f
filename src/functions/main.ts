/** The bundle's entry: every function registers itself when it is imported. */
import './on-onboarding-event.ts';
import './reconcile.ts';
import './keep-parked.ts';
import './start-sweep.ts';
import './sweep-tenants.ts';
import './send-notice.ts';
import './send-digest.ts';
import './watch-delegations.ts';
import './api.ts';
import './dashboard.ts';
import './startup.ts';
