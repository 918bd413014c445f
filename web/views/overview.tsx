import type { ViewProps } from '../view-props.ts';
import { Frame, PageHead } from '../parts/frame.tsx';
import { NobodyYet } from '../parts/nobody-yet.tsx';
import { Freshness } from './overview/freshness.tsx';
import { Headline } from './overview/headline.tsx';
import { News } from './overview/news.tsx';
import { ToDo } from './overview/to-do.tsx';
import { WaitingCard } from './overview/waiting.tsx';

/** The first screen: is the estate set up to earn, does anybody need to act, and how fresh is what is shown. */
export function Overview({ store }: ViewProps) {
  const { tenants, now } = store;
  return (
    <>
      <PageHead title="Overview" />
      <Frame of={tenants.state.value} retry={() => void tenants.refresh()} now={now.value} lines={8}>
        {(read) => (
          <>
            {read.items.length > 0 ? <Headline store={store} read={read} /> : <NobodyYet />}
            <div class="columns">
              {read.items.length > 0 && <ToDo read={read} now={now.value} />}
              <div class="column">
                <WaitingCard store={store} />
                <Freshness store={store} />
                <News store={store} items={read.items} />
              </div>
            </div>
          </>
        )}
      </Frame>
    </>
  );
}
