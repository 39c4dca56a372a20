/** What people and groups of an artificial Coder deployment may spend, in micro-dollars. */

export interface LabMoney {
  /** What each member of the group may spend in the period; null: no limit. */
  readonly limitMicros: number | null;
  /** By the person's id. */
  readonly spentMicros: ReadonlyMap<string, number>;
  readonly periodStart: string;
  readonly periodEnd: string;
  /** The first version has limits of groups, and tells no spending. */
  readonly isFirstVersion?: boolean;
  /** Groups beside the one everybody is in, which spend nothing and have no limit. */
  readonly moreGroups?: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ORGANIZATION = 'org-acme';
const GROUP = 'group-developers';
const GROUPS = `/api/v2/organizations/${ORGANIZATION}/groups`;
/** Of one question. */
const MAX_GROUP_IDS = 100;
const NOT_FOUND = 'Resource not found or you do not have access to this resource';

/** Null: nothing of money is asked for, or there is none. */
export function answerMoney(url: URL, money: LabMoney | null): Answer | null {
  if (money === null) return null;
  const { pathname: path } = url;
  if (path === '/api/v2/organizations') return ok([{ id: ORGANIZATION, name: 'acme' }]);
  if (path === GROUPS) return ok(groupsOf(money));
  const [, group = ''] = /^\/api\/v2\/groups\/([^/]+)\/ai\/budget$/.exec(path) ?? [];
  if (group !== '') return limitOf(group, money);
  if (money.isFirstVersion === true) return null;
  if (path === `${GROUPS}/ai/spend`) return spendingOf(url, money);
  const [, user = ''] = /^\/api\/v2\/users\/([^/]+)\/ai\/spend$/.exec(path) ?? [];
  return user === '' ? null : personOf(decodeURIComponent(user), money);
}

function groupsOf({ spentMicros, moreGroups = 0 }: LabMoney): object[] {
  const others = Array.from({ length: moreGroups }, (_, index) => ({
    id: `group-${index}`,
    name: `group-${index}`,
    total_member_count: 1,
  }));
  const everybody = { id: GROUP, name: 'developers', total_member_count: spentMicros.size };
  return [everybody, ...others].map((group) => ({
    ...group,
    display_name: '',
    organization_id: ORGANIZATION,
    members: [],
    quota_allowance: 0,
    source: 'user',
  }));
}

function limitOf(group: string, { limitMicros, periodStart }: LabMoney): Answer {
  if (group !== GROUP || limitMicros === null) return { status: 404, body: { message: NOT_FOUND } };
  const times = { created_at: periodStart, updated_at: periodStart };
  return ok({ group_id: GROUP, spend_limit_micros: limitMicros, ...times });
}

function spendingOf(url: URL, money: LabMoney): Answer {
  const ids = (url.searchParams.get('group_ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0) {
    return { status: 400, body: { message: 'Query parameters have invalid values.' } };
  }
  if (ids.length > MAX_GROUP_IDS) {
    const message = `group_ids has ${ids.length} entries, maximum is ${MAX_GROUP_IDS}.`;
    return { status: 400, body: { message } };
  }
  const spent = [...money.spentMicros.values()].reduce((sum, each) => sum + each, 0);
  const groups = ids.map((id) => ({
    group_id: id,
    current_spend_micros: id === GROUP ? spent : 0,
    spend_limit_micros: id === GROUP ? money.limitMicros : null,
  }));
  return ok({ ...periodOf(money), groups });
}

function personOf(user: string, money: LabMoney): Answer | null {
  const { limitMicros, spentMicros } = money;
  const spent = spentMicros.get(user);
  if (spent === undefined) return null;
  const budget = { spend_limit_micros: limitMicros, limit_source: 'group' };
  return ok({
    ...periodOf(money),
    user_id: user,
    effective_group_id: GROUP,
    effective_budget: limitMicros === null ? null : budget,
    current_spend_micros: spent,
  });
}

function periodOf({ periodStart, periodEnd }: LabMoney): object {
  return { period_start: periodStart, period_end: periodEnd };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}
