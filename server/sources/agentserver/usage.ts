import type { Parts } from './parts.ts';
import { createUsageWatch } from './usage-watch.ts';
import { asRecord } from './wire.ts';

/** Reads the usage history and compares it with what the upstream counts. */
export function createUsageReader(parts: Parts): { read(): Promise<void> } {
  const watch = createUsageWatch();
  return {
    async read() {
      const storedRows = await parts.usage.read();
      const body = asRecord(await parts.rest.get('/usage'));
      const totals = asRecord(asRecord(body?.['usage'])?.['totals']);
      const requestCount = totals?.['requestCount'];
      const unstored = watch.observe(
        typeof requestCount === 'number' ? requestCount : null,
        storedRows,
      );
      parts.status.setNotice(
        'usage history',
        unstored === 0
          ? null
          : `the upstream counted ${unstored} model calls and stored none of them: their usage cannot be read`,
      );
    },
  };
}
