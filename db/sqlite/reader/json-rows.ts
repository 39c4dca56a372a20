import type { JsonRows, UsageDay, UsageGroup } from '#db/store.ts';
import { dailyPoint } from '#organism/agentserver/usage-views.ts';
import type { UsageSum } from '#organism/usage-sum.ts';
import { ZERO_USAGE, mergeUsage } from '#organism/usage-sum.ts';

const encoder = new TextEncoder();

export function daysToJson(days: readonly UsageDay[], isGrouped: boolean): JsonRows {
  return toJsonRows(days.map((day) => dailyPoint(day, isGrouped)));
}

export function groupsToJson(groups: readonly UsageGroup[]): JsonRows & { total: UsageSum } {
  const total = groups.reduce((sum, group) => mergeUsage(sum, group.sum), ZERO_USAGE);
  return { ...toJsonRows(groups), total };
}

function toJsonRows(rows: readonly object[]): JsonRows {
  return { count: rows.length, json: encoder.encode(JSON.stringify(rows)) };
}
