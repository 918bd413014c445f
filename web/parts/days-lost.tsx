import type { TenantItem } from '../contract.ts';

/** Scope-days lost in the last 30 days: those beyond doubt, and how many it may be at the most. */
export function DaysLost({ days: { certain, possible } }: { readonly days: TenantItem['daysAtRisk'] }) {
  const number = (days: number) => days.toLocaleString('en');
  if (possible === 0) return <>0</>;
  return (
    <span title={`${number(certain)} scope-days lost for certain, at most ${number(possible)}`}>
      {certain === possible ? number(certain) : `${number(certain)} – ${number(possible)}`}
    </span>
  );
}
