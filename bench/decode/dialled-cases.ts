import { createRandom } from '#lab/agentserver/random.ts';
import type { LabCoderSession } from '#lab/coder/server.ts';
import { createLabCoder } from '#lab/coder/server.ts';
import { createCoderStory } from '#lab/coder/story.ts';
import { tellRun } from '#lab/hermes/story.ts';
import { detailDrafts } from '#server/sources/coder/to-drafts.ts';
import { sessionDetailSchema, sessionSchema, threadSchema } from '#server/sources/coder/wire.ts';
import { createCast } from '#server/sources/hermes/cast.ts';
import { createRunReader } from '#server/sources/hermes/run-reader.ts';
import { createSseReader } from '#server/sources/hermes/sse-reader.ts';
import { parseJson } from '#server/sources/upstream/parse-json.ts';
import { readRows } from '#server/sources/upstream/rows.ts';

import { ORGANISM } from '../ingest-kit.ts';
import { createLabFrames, readLabFrame } from '../lab-drafts.ts';
import type { DecodeCase } from './decode-case.ts';

const SEED = 7;
const NOON = Date.parse('2026-11-21T12:00:00Z');
const MAX_BYTES = 32 << 20;
const FRAMES_PER_DELIVERY = 512;

/** Every wire that we dial: what comes over it, read by the source's own readers. */
export function dialledCases(count: number): DecodeCase[] {
  return [agentServerCase(count), coderCase(count), hermesCase(count)];
}

function agentServerCase(count: number): DecodeCase {
  const frames = createLabFrames(count);
  const bodies: Buffer[] = [];
  for (let start = 0; start < frames.length; start += FRAMES_PER_DELIVERY) {
    bodies.push(Buffer.from(`[${frames.slice(start, start + FRAMES_PER_DELIVERY).join(',')}]`));
  }
  const parts = new Map(
    bodies.map((body, part) => [
      body,
      frames.slice(part * FRAMES_PER_DELIVERY, (part + 1) * FRAMES_PER_DELIVERY),
    ]),
  );
  return {
    name: 'AgentServer, socket',
    unit: 'frames',
    count,
    bodies,
    open(deliver) {
      let serial = 0;
      return (body) => {
        const drafts = (parts.get(body) ?? []).map((text) => {
          serial += 1;
          return readLabFrame(text, { tail: String(serial), at: NOON });
        });
        return deliver(ORGANISM, { drafts });
      };
    },
  };
}

function coderCase(count: number): DecodeCase {
  const sessions = new Map<string, LabCoderSession>();
  const put = (session: LabCoderSession): void => void sessions.set(session.id, session);
  const story = createCoderStory(createRandom(SEED), { ...createLabCoder(), put });
  for (let step = 0; step < count; step += 1) story.step(NOON + step * 1000);
  return {
    name: 'Coder, sessions',
    unit: 'threads',
    count,
    bodies: [...sessions.values()].map((session) => Buffer.from(JSON.stringify(session))),
    open: (deliver) => (body) => {
      const parsed = parseJson(body.toString(), { source: 'Coder', maxBytes: MAX_BYTES });
      if (!parsed.ok) throw new Error(parsed.reject.detail);
      const { threads } = sessionDetailSchema.parse(parsed.value);
      const session = sessionSchema.parse({ ...Object(parsed.value), threads: threads.length });
      const { rows } = readRows(threads, threadSchema, 'Coder thread');
      const { drafts } = detailDrafts({ ...session, threads: rows }, new Map(), NOON);
      return deliver(ORGANISM, { drafts });
    },
  };
}

function hermesCase(count: number): DecodeCase {
  const random = createRandom(SEED);
  const runs: Record<string, unknown>[][] = [];
  for (let events = 0; events < count; events += runs.at(-1)?.length ?? 1) {
    runs.push(tellRun(random, { isNewer: true, input: 'Update the changelog' }));
  }
  const bodies = runs.map((run, index) =>
    Buffer.from(run.map((event) => toSse({ ...event, timestamp: (NOON + index) / 1000 })).join('')),
  );
  const json = runs.map((run) => Buffer.from(JSON.stringify(run)));
  return {
    name: 'Hermes, events of runs',
    unit: 'events',
    count: runs.flat().length,
    bodies,
    json,
    open(deliver) {
      const cast = createCast();
      let runId = 0;
      return (body) => {
        runId += 1;
        const facts = { instance: 'bench', agent: 'hermes', model: 'm', provider: 'hermes' };
        const reader = createRunReader(
          { ...facts, runId: `run_${runId}`, sessionId: `session-${runId % 50}` },
          cast,
        );
        const drafts = createSseReader()
          .push(body)
          .flatMap((item) =>
            item.kind === 'data' ? reader.read(item.text, { event: null, at: NOON }).drafts : [],
          );
        return deliver(ORGANISM, { drafts });
      };
    },
  };
}

function toSse(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
