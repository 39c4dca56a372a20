import { formatInstant } from '#organism/instant.ts';

import type { Parts } from './parts.ts';
import { gapDraft } from './to-drafts.ts';
import { createUsageWatch } from './usage-watch.ts';
import { asRecord } from './wire.ts';

/** Reads the usage history and compares it with what the upstream counts. */
export function createUsageReader(
  parts: Parts,
  { now, elapsed }: { now: () => number; elapsed: () => number },
): { read(): Promise<void> } {
  const watch = createUsageWatch();
  let gapFrom: number | null = null;

  return {
    async read() {
      const newRows = await parts.usage.read();
      const body = asRecord(await parts.rest.get('/usage'));
      const count = asRecord(asRecord(body?.['usage'])?.['totals'])?.['requestCount'];
      if (typeof count !== 'number') return;
      const finding = watch.observe(count, newRows, { at: now(), elapsed: elapsed() });
      if (finding === null) {
        gapFrom = null;
        parts.status.setNotice('unstored usage', null);
        return;
      }
      const since = formatInstant(finding.since).slice(0, 19);
      const reason = `the upstream counts model calls and has not stored all of them since ${since}Z`;
      parts.status.setNotice('unstored usage', reason);
      if (finding.newlyMissing === 0) return;
      const to = now();
      const { newlyMissing: missing } = finding;
      const from = gapFrom ?? finding.since;
      gapFrom = to;
      await parts.outbox.add({ drafts: [gapDraft({ what: 'usage', from, to, missing, reason })] });
    },
  };
}
