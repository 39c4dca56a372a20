import { describe, expect, it } from 'vitest';

import type { SourceInfo } from '#organism/api/resources.ts';
import { SOCKET_MODES } from '#organism/event.ts';
import { emptyOrganism, type SourceView } from '#organism/state.ts';

import {
  arrivalWords,
  countsAddUp,
  gapsOf,
  isPosted,
  countRows,
  withLiveState,
} from './prepare-source.ts';

const info: SourceInfo = {
  name: 'desk',
  kind: 'agentserver',
  url: 'http://127.0.0.1:8080',
  organismId: 'desk',
  commands: ['reload', 'stop'],
  state: 'live',
  since: 1000,
  socketMode: 'all',
  reason: null,
  nextTryAt: null,
  attempt: 0,
  notices: [],
  counts: { received: 10, accepted: 7, duplicate: 2, rejected: 1 },
  lastReject: null,
  refusedBodies: {},
  redactions: { email: 2, 'api-key': 5, token: 2 },
  lastReceivedAt: 2000,
};
const retrying: SourceView = {
  name: 'desk',
  state: 'retrying',
  since: 3000,
  socketMode: 'nothing',
  reason: 'connection refused',
  nextTryAt: 5000,
  attempt: 3,
  notices: ['no usage since noon'],
};
const withSource = (view: SourceView, id = 'desk') => ({
  ...emptyOrganism(id),
  sources: new Map([[view.name, view]]),
});

describe('withLiveState', () => {
  it('shows the newer news of the socket and keeps the polled counts', () => {
    expect(withLiveState(info, withSource(retrying))).toMatchObject({
      state: 'retrying',
      reason: 'connection refused',
      nextTryAt: 5000,
      notices: ['no usage since noon'],
      counts: info.counts,
    });
  });

  it('keeps the polled state where it is newer, unknown live, or of another organism', () => {
    expect(withLiveState(info, withSource({ ...retrying, since: 500 }))).toBe(info);
    expect(withLiveState(info, emptyOrganism('desk'))).toBe(info);
    expect(withLiveState(info, withSource(retrying, 'other'))).toBe(info);
  });
});

it('lists the gaps of one source, newest first', () => {
  const gap = (seq: number, source: string) => ({
    type: 'gap' as const,
    key: `gap:${seq}`,
    seq,
    organismId: 'desk',
    source,
    occurredAt: seq,
    receivedAt: seq,
    what: 'messages' as const,
    from: null,
    to: null,
    reason: 'restart',
  });
  const organism = {
    ...emptyOrganism('desk'),
    gaps: [gap(1, 'desk'), gap(2, 'x'), gap(3, 'desk')],
  };
  expect(gapsOf(info, organism).map(({ seq }) => seq)).toEqual([3, 1]);
  expect(gapsOf({ ...info, organismId: 'other' }, organism)).toEqual([]);
});

it('knows when the counts do not add up', () => {
  expect(countsAddUp(info)).toBe(true);
  expect(countsAddUp({ ...info, counts: { ...info.counts, received: 11 } })).toBe(false);
});

it('sorts redactions by count, then by label', () => {
  expect(countRows(info.redactions).map(({ label }) => label)).toEqual([
    'api-key',
    'email',
    'token',
  ]);
});

it('has other words for each socket mode and for none known', () => {
  const words = [...SOCKET_MODES, null].map(
    (socketMode) => arrivalWords({ ...info, socketMode }).sentence,
  );
  expect(new Set(words).size).toBe(4);
});

it('speaks of no socket where there is none', () => {
  const posted = { ...info, kind: 'otlp', url: '/v1/traces', socketMode: null };
  expect(isPosted(posted)).toBe(true);
  for (const source of [posted, { ...info, kind: 'coder', socketMode: null }]) {
    expect(arrivalWords(source).sentence).not.toContain('socket');
  }
});
