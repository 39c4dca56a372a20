import { readFileSync } from 'node:fs';

import { parse as parseLossless, stringify } from 'lossless-json';
import { z } from 'zod';

import type { FakeAnswer, FakeRequest, FakeUpstream } from './fake-upstream.ts';
import { startFakeUpstream } from './fake-upstream.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const restSchema = z.object({ status: z.number(), body: z.unknown() });
const losslessSchema = z.object({ body: z.unknown() });
const lineSchema = z.object({ dir: z.string(), raw: z.string().optional() });

/** The exact text frames a recorded socket received, in order. */
export function recordedFrames(file: string): string[] {
  const lines = readFileSync(new URL(file, fixtures), 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .flatMap(({ dir, raw }) => (dir === 'recv' && raw !== undefined ? [raw] : []));
}

function recordedText(name: string): string {
  return readFileSync(new URL(`rest/${name}.json`, fixtures), 'utf8');
}

/** A recorded answer, for a test to count in. */
export function recordedAnswer(name: string): { status: number; body: unknown } {
  return restSchema.parse(JSON.parse(recordedText(name)));
}

/** The same as it was on the wire: no digit lost on the way through a parser. */
function recordedBody(name: string): FakeAnswer {
  const { body } = losslessSchema.parse(parseLossless(recordedText(name)));
  return { body: stringify(body) ?? '' };
}

const NAMES: Readonly<Record<string, string>> = {
  '/organism': 'organism',
  '/organism/config': 'organism-config',
  '/capabilities': 'capabilities',
  '/agents': 'agents',
  '/threads': 'threads-limit100',
  '/usage': 'usage',
  '/usage/threads': 'usage-threads',
  '/usage/history': 'history-limit1000',
};

/** Serves the recorded REST answers, and the recorded frames on the first socket. */
export function startReplayServer(frames: readonly string[]): Promise<FakeUpstream> {
  return startFakeUpstream({
    answer,
    admit: () => null,
    onSocket(socket, index) {
      if (index === 1) for (const frame of frames) socket.send(frame);
    },
  });
}

const MESSAGE_PAGES = [0, 100, 200, 300];
const messagesSchema = z.object({ body: z.looseObject({ messages: z.array(z.unknown()) }) });

/** Any page of the recorded list, cut out of the recorded pages. */
function recordedMessages(query: URLSearchParams): FakeAnswer {
  const bodies = MESSAGE_PAGES.map((offset) => {
    const text = recordedText(`messages-limit100-offset${offset}`);
    return messagesSchema.parse(parseLossless(text)).body;
  });
  const all = bodies.flatMap(({ messages }) => messages);
  const offset = Number(query.get('offset') ?? 0);
  const messages = all.slice(offset, offset + Number(query.get('limit') ?? 50));
  return { body: stringify({ ...bodies[0], messages }) ?? '' };
}

function answer({ path, query }: FakeRequest): FakeAnswer {
  if (path === '/messages') return recordedMessages(query);
  const name = NAMES[path];
  return name === undefined ? { status: 404, body: { detail: 'Not Found' } } : recordedBody(name);
}
