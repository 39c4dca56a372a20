import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { storageSchema } from '#organism/api/storage.ts';

import { messageEvent, usageEvent } from './test-events.ts';
import type { TestApi } from './test-kit.ts';
import { openTestApi } from './test-kit.ts';

describe('storage', () => {
  let kit: TestApi;
  let freeBytes = 1e9;
  beforeAll(async () => {
    kit = await openTestApi({ freeBytes: () => freeBytes });
    await kit.emit([
      messageEvent('m1'),
      usageEvent(),
      usageEvent({ costNanos: null, price: null }),
    ]);
  });
  afterAll(() => kit.close());

  /** The value of one line of the scrape. */
  async function metric(line: string): Promise<number> {
    const { text } = await kit.get('/metrics');
    const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
    return Number(found?.slice(line.length) ?? Number.NaN);
  }

  it('says what is stored, on which disk, and how it is backed up', async () => {
    const { body } = await kit.get('/api/v1/storage');
    expect(storageSchema.parse(body)).toMatchObject({
      rows: { journal: 3, messages: 1, usage: 2 },
      disk: { level: 'ok', freeBytes: 1e9 },
      backups: { everyMs: null, last: null },
    });
  });

  it.each([
    ['organoscope_events_total{source="one-source",outcome="accepted"}', 3],
    ['organoscope_events_total{source="one-source",outcome="duplicate"}', 0],
    ['organoscope_journal_queued_events', 0],
    ['organoscope_journal_committed_events_total', 3],
    ['organoscope_live_clients', 0],
    ['organoscope_push_pending_events', 0],
    ['organoscope_push_refused_total', 0],
    ['organoscope_senders', 0],
    ['organoscope_senders_refused_total', 0],
    ['organoscope_senders_terminated_total', 0],
    ['organoscope_bodies_turned_away_total', 0],
    ['organoscope_usage_requests', 2],
    ['organoscope_usage_unpriced_requests', 1],
    ['organoscope_store_rows{table="journal"}', 3],
    ['organoscope_disk_free_bytes', 1e9],
    ['organoscope_disk_level', 0],
    ['organoscope_backups_total{outcome="failed"}', 0],
    ['organoscope_last_backup_timestamp_seconds', Number.NaN],
  ])('tells programs %s', async (line, value) => {
    expect(await metric(line)).toBe(value);
  });

  it('speaks the text format of Prometheus, and counts on', async () => {
    const { headers, text } = await kit.get('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain('# TYPE organoscope_events_total counter');
    expect(text).toContain('# TYPE organoscope_commit_duration_seconds histogram');
    expect(await metric('organoscope_event_loop_delay_seconds{quantile="0.999"}')).not.toBeNaN();
    await kit.emit([messageEvent('m2')]);
    expect(await metric('organoscope_journal_committed_events_total')).toBe(4);
    const before = await metric('organoscope_push_refused_requests_total');
    expect((await kit.post('/api/v1/events', '{oops')).status).toBe(400);
    expect(await metric('organoscope_push_refused_requests_total')).toBe(before + 1);
    // Read from where it is kept: a second scrape does not add it again.
    expect(await metric('organoscope_journal_committed_events_total')).toBe(4);
  });
});

describe('a nearly full disk', () => {
  it('makes the server not ready and says so at each source', async () => {
    const kit = await openTestApi({ freeBytes: () => 50 });
    expect(await kit.get('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'disk-full', disk: { level: 'full', freeBytes: 50 } },
    });
    const { body } = await kit.get('/api/v1/sources');
    expect(body).toMatchObject({
      sources: [{ notices: [expect.stringMatching(/^Paused\. The disk .* 50 bytes left/)] }],
    });
    await kit.close();
  });
});
