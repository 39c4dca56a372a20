/** What people and groups of an artificial Coder deployment may spend, in micro-dollars. */

export interface LabMoney {
  /** What each member of the group may spend in the period; null: no limit. */
  readonly limitMicros: number | null;
  /** By the person's id. */
  readonly spentMicros: ReadonlyMap<string, number>;
  readonly periodStart: string;
  readonly periodEnd: string;
}

const ORGANIZATION = 'org-acme';
const GROUP = 'group-developers';

/** Null: nothing of money is asked for, or there is none. */
export function answerMoney(path: string, money: LabMoney | null): unknown {
  if (money === null) return null;
  const { limitMicros, spentMicros } = money;
  const period = { period_start: money.periodStart, period_end: money.periodEnd };
  const groups = `/api/v2/organizations/${ORGANIZATION}/groups`;
  if (path === '/api/v2/organizations') return [{ id: ORGANIZATION, name: 'acme' }];
  if (path === groups) {
    return [{ id: GROUP, name: 'developers', total_member_count: spentMicros.size }];
  }
  if (path === `${groups}/ai/spend`) {
    const current = [...spentMicros.values()].reduce((sum, spent) => sum + spent, 0);
    const row = { current_spend_micros: current, spend_limit_micros: limitMicros };
    return { ...period, groups: [{ group_id: GROUP, ...row }] };
  }
  const [, user = ''] = /^\/api\/v2\/users\/([^/]+)\/ai\/spend$/.exec(path) ?? [];
  const spent = spentMicros.get(decodeURIComponent(user));
  if (spent === undefined) return null;
  const budget = { spend_limit_micros: limitMicros, limit_source: 'group' };
  return {
    ...period,
    user_id: user,
    effective_group_id: GROUP,
    effective_budget: limitMicros === null ? null : budget,
    current_spend_micros: spent,
  };
}
