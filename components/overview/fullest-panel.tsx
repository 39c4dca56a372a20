'use client';

import { useHref } from '#components/api/use-href.ts';
import { AllowanceGauge } from '#components/gas/allowance-gauge.tsx';
import { prepareAllowances } from '#components/gas/prepare-allowances.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { Panel } from '#components/ui/panel.tsx';

const MAX_GAUGES = 5;

/** The budgets of groups and people nearest to their limits. */
export function FullestPanel() {
  const hrefOf = useHref();
  const all = usePacedLive((organism) => prepareAllowances(organism.allowances.values()));
  return (
    <Panel
      title="Fullest budgets"
      sub={all.length > MAX_GAUGES ? `${MAX_GAUGES} of ${all.length}` : undefined}
      actions={
        <ButtonLink size="sm" variant="ghost" href={hrefOf('/gas')}>
          All gauges
        </ButtonLink>
      }
    >
      <ul className="grid flex-1 grid-cols-2 items-center gap-x-2 gap-y-3 sm:grid-cols-[repeat(auto-fit,minmax(9rem,1fr))]">
        {all.slice(0, MAX_GAUGES).map((allowance) => (
          <li key={allowance.id} className="flex justify-center">
            <AllowanceGauge allowance={allowance} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
