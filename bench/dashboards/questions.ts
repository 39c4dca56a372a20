import { DAY_MS } from '#organism/durations.ts';
import { formatInstant } from '#organism/instant.ts';

/**
 * What the pages ask for when somebody opens them and looks around.
 * @param store epoch milliseconds, half-open
 */
export function dashboardPaths(
  { from, to }: { readonly from: number; readonly to: number },
  organism: string,
): string[] {
  const day = DAY_MS;
  const range = (start: number): Record<string, string> => ({
    start_time: formatInstant(start),
    end_time: formatInstant(to - 1),
  });
  const zone = { timezone: 'Europe/Berlin' };
  const questions: [string, Record<string, string>][] = [
    ['/usage/daily', { ...range(from), timezone: 'UTC' }],
    ['/threads', { limit: '50' }],
    ['/usage/daily', { ...range(from), ...zone, group_by: 'model' }],
    ['/messages', { limit: '100' }],
    ['/usage/billing', range(to - 30 * day)],
    ['/usage/breakdown', { ...range(to - 30 * day), group_by: 'model,agent' }],
    ['/search', { q: 'report' }],
    ['/usage', {}],
    ['/usage/daily', { ...range(to - 90 * day), ...zone, group_by: 'agent' }],
    ['/usage/breakdown', { ...range(to - 7 * day), group_by: 'thread' }],
    ['/agents', {}],
    ['/usage/names', { dimension: 'thread' }],
    ['/threads', { limit: '100', sort: 'cost', order: 'desc' }],
    ['/messages', { limit: '100', q: 'report' }],
    ['/errors', { limit: '100' }],
    ['/usage/history', { ...range(from), limit: '100' }],
  ];
  return questions.map(
    ([route, query]) => `/api/v1${route}?${new URLSearchParams({ ...query, organism })}`,
  );
}
