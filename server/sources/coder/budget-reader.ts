import type { EventDraft } from '#organism/event.ts';
import { formatUsd } from '#organism/money.ts';

import { RestError } from '../upstream/rest-client.ts';
import { spendingDrafts } from './budget-drafts.ts';
import type { WireGroup } from './budget-wire.ts';
import {
  groupBudgetSchema,
  groupsSchema,
  groupSpendSchema,
  organizationsSchema,
  userSpendSchema,
} from './budget-wire.ts';
import { isUnlicensedAnswer } from './licence.ts';

/** Reads what groups and people may spend, where the deployment has budgets and the token may look. */
export interface BudgetReader {
  /** @param people the names of those whose sessions were seen, by their ids */
  read(people: ReadonlyMap<string, string>): Promise<EventDraft[]>;
  /** What the token may not see. */
  readonly notices: readonly string[];
}

/** Ids in one question, and people asked for one by one. */
const MAX_ASKED = 100;
/** Of an organization. */
const MAX_GROUPS = 1000;
const API = '/api/v2';
const LIMIT_SOURCES: Readonly<Record<string, string>> = {
  group: 'the limit of a group',
  user_override: 'a limit of their own',
};
const NANOS_PER_MICRO = 1000;

export function createBudgetReader(deps: {
  get: (path: string, query?: Record<string, string>) => Promise<unknown>;
  now: () => number;
}): BudgetReader {
  const { get, now } = deps;
  const hidden = new Map<string, string>();

  /** Null: not offered, or not to this token. Whatever else fails is an outage. */
  async function ask(what: string, path: string, query?: Record<string, string>): Promise<unknown> {
    try {
      const answer = await get(`${API}${path}`, query);
      hidden.delete(what);
      return answer;
    } catch (error) {
      const status = error instanceof RestError ? error.status : null;
      if (status === null || status === 429 || status >= 500) throw error;
      if (status === 401 || status === 403) hidden.set(what, whyHidden(what, error));
      return null;
    }
  }

  async function readGroups(): Promise<EventDraft[]> {
    const organizations = organizationsSchema.safeParse(
      await ask('organizations', '/organizations'),
    );
    const drafts: EventDraft[] = [];
    for (const { id } of organizations.data ?? []) {
      const path = `/organizations/${encodeURIComponent(id)}/groups`;
      const groups = groupsSchema.safeParse(await ask('groups', path));
      const listed = (groups.data ?? []).slice(0, MAX_GROUPS);
      for (let at = 0; at < listed.length; at += MAX_ASKED) {
        const spending = await readSpending(path, listed.slice(at, at + MAX_ASKED));
        if (spending === null) {
          drafts.push(...(await readLimits(listed.slice(0, MAX_ASKED))));
          break;
        }
        drafts.push(...spending);
      }
    }
    return drafts;
  }

  /** Null: not told. */
  async function readSpending(
    path: string,
    groups: readonly WireGroup[],
  ): Promise<EventDraft[] | null> {
    const ids = groups.map(({ id }) => id).join(',');
    const answer = await ask("groups' spending", `${path}/ai/spend`, { group_ids: ids });
    const spent = groupSpendSchema.safeParse(answer);
    if (!spent.success) return null;
    const { period_start: periodStart, period_end: periodEnd, groups: rows } = spent.data;
    return rows.flatMap((row) => {
      const group = groups.find(({ id }) => id === row.group_id);
      if (group === undefined) return [];
      const used = row.current_spend_micros ?? null;
      const period = { start: periodStart ?? null, end: periodEnd ?? null };
      return groupDrafts(group, { used, perMember: row.spend_limit_micros ?? null, period });
    });
  }

  /** The first version: limits without spending, asked one by one. 404 is no limit, or not visible. */
  async function readLimits(groups: readonly WireGroup[]): Promise<EventDraft[]> {
    const drafts: EventDraft[] = [];
    for (const group of groups) {
      const path = `/groups/${encodeURIComponent(group.id)}/ai/budget`;
      const budget = groupBudgetSchema.safeParse(await ask("groups' budgets", path));
      const perMember = budget.data?.spend_limit_micros ?? null;
      if (perMember === null) continue;
      const period = { start: null, end: null };
      drafts.push(...groupDrafts(group, { used: null, perMember, period }));
    }
    return drafts;
  }

  /** The limit is for each member: the group's own is that many times as much, where that is known. */
  function groupDrafts(
    group: WireGroup,
    facts: {
      used: number | null;
      perMember: number | null;
      period: { start: number | null; end: number | null };
    },
  ): EventDraft[] {
    const { used, perMember, period } = facts;
    const members = group.total_member_count ?? null;
    const each = perMember === null ? null : formatUsd(perMember * NANOS_PER_MICRO);
    const isBlocked = perMember === 0;
    const limitMicros =
      perMember === null || (members === null && !isBlocked) ? null : perMember * (members ?? 1);
    return spendingDrafts(
      {
        holder: 'group',
        id: group.id,
        name: group.display_name || group.name || group.id,
        usedMicros: used,
        limitMicros,
        periodStart: period.start,
        periodEnd: period.end,
        note: each === null ? undefined : `${each} for each of ${members ?? 'its'} members`,
      },
      now(),
    );
  }

  async function readPeople(people: ReadonlyMap<string, string>): Promise<EventDraft[]> {
    const drafts: EventDraft[] = [];
    for (const [id, name] of [...people].slice(0, MAX_ASKED)) {
      const path = `/users/${encodeURIComponent(id)}/ai/spend`;
      const answer = await ask("people's spending", path);
      const spent = userSpendSchema.safeParse(answer);
      if (!spent.success) continue;
      const { current_spend_micros: used, effective_budget: budget } = spent.data;
      const source = budget?.limit_source ?? null;
      drafts.push(
        ...spendingDrafts(
          {
            holder: 'user',
            id,
            name,
            usedMicros: used ?? null,
            limitMicros: budget?.spend_limit_micros ?? null,
            periodStart: spent.data.period_start ?? null,
            periodEnd: spent.data.period_end ?? null,
            note: source === null ? undefined : (LIMIT_SOURCES[source] ?? `set by ${source}`),
          },
          now(),
        ),
      );
    }
    return drafts;
  }

  return {
    async read(people) {
      return [...(await readGroups()), ...(await readPeople(people))];
    },
    get notices() {
      return [...hidden.values()];
    },
  };
}

function whyHidden(what: string, error: unknown): string {
  const isUnlicensed = error instanceof RestError && isUnlicensedAnswer(error);
  return isUnlicensed
    ? `this deployment is not licensed to tell of ${what}`
    : `this token may not see ${what}`;
}
