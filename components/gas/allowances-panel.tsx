import { Panel } from '#components/ui/panel.tsx';

import { AllowanceGauge } from './allowance-gauge.tsx';
import type { AllowanceRow } from './prepare-allowances.ts';

const MAX_SHOWN = 24;

/** Budgets that are no thread's: of groups, of people, of the organism. */
export function AllowancesPanel({ allowances }: { allowances: readonly AllowanceRow[] }) {
  const shown = allowances.slice(0, MAX_SHOWN);
  return (
    <Panel
      title="Groups and people"
      sub={
        allowances.length > shown.length
          ? `the fullest ${shown.length} of ${allowances.length}`
          : 'what they may spend'
      }
    >
      <ul className="grid grid-cols-2 gap-x-2 gap-y-4 sm:grid-cols-4 xl:grid-cols-6">
        {shown.map((allowance) => (
          <li key={allowance.id} className="flex justify-center">
            <AllowanceGauge allowance={allowance} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
