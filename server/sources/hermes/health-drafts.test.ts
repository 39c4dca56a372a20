import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import { eventDraftSchema } from '#organism/event.ts';

import { instanceConfig, jobDrafts, organismStatus, platformDrafts } from './health-drafts.ts';
import { healthSchema, jobsSchema, jobSchema } from './wire.ts';

const fixture = (name: string): unknown =>
  JSON.parse(
    readFileSync(path.join(import.meta.dirname, 'testing/fixtures', `${name}.json`), 'utf8'),
  );

describe('the health of an instance', () => {
  test('7: the base version: its platforms that fail are errors', () => {
    const health = healthSchema.parse(fixture('health-detailed'));
    expect(organismStatus(health)).toBe('running');
    const drafts = platformDrafts(health, 1);
    expect(drafts.map(({ text, severity }) => [text, severity])).toEqual([
      ['platform telegram is retrying: connect timeout / network_error', 'warning'],
      ['platform discord is fatal: login failed / invalid_token', 'error'],
    ]);
    expect(platformDrafts(health, 2)).toEqual(drafts);
    for (const draft of drafts) expect(eventDraftSchema.safeParse(draft).error).toBeUndefined();
  });

  test('7: a newer version that is degraded still runs', () => {
    const health = healthSchema.parse(fixture('health-detailed-newer'));
    expect(organismStatus(health)).toBe('running');
    expect(platformDrafts(health, 1)).toEqual([]);
    const slots = { used: 0, of: 10 };
    expect(instanceConfig({ health, jobs: [], features: [], slots, runs: [] })).toMatchObject({
      version: '0.9.0',
      readiness: 'degraded',
      activeAgents: 1,
    });
  });

  test.each([
    [null, 'running'],
    ['draining', 'stopping'],
    ['startup_failed', 'stopped'],
    ['hibernating', 'hibernating'],
  ])('7: a gateway state of %s is %s', (state, expected) => {
    expect(organismStatus(healthSchema.parse({ gateway_state: state }))).toBe(expected);
  });

  test('9: of the sample, the job that failed is one error, however often it is read', () => {
    const { list } = Object.assign({ list: {} }, fixture('jobs'));
    const jobs = jobsSchema.parse(list).jobs.map((row) => jobSchema.parse(row));
    const drafts = [1, 2, 3].flatMap((now) => jobs.flatMap((job) => jobDrafts(job, now)));
    const errors = new Set(drafts.filter(({ type }) => type === 'error').map(({ key }) => key));
    expect([...errors]).toEqual(['job:a0b1c2d3e4f5:2026-04-25T02:00:00+00:00:run']);
  });
});
