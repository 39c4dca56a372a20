/** The process of a swarm: opens clients and counts what they get. Spoken to by `swarm.ts`. */
import { createHistogram } from 'node:perf_hooks';

import { steadyNow } from './steady-now.ts';
import type { SwarmClient } from './swarm-client.ts';
import { openSwarmClient } from './swarm-client.ts';
import type { Delivery, SwarmCommand, SwarmReply } from './swarm-messages.ts';

/** Dials under way at once. */
const DIALS = 200;
/** Loopback addresses to come from. */
const ADDRESSES = 4;

interface Member {
  client: SwarmClient | null;
  position: number;
  lastAt: number;
}

const members: Member[] = [];
const closes: Record<string, number> = {};
let log = createLog();

function createLog() {
  return {
    /** One entry per frame: whose, its range, when it came. */
    member: [] as number[],
    from: [] as number[],
    to: [] as number[],
    at: [] as number[],
    bytes: 0,
    broken: 0,
    resets: 0,
  };
}

async function open(command: Extract<SwarmCommand, { do: 'open' }>): Promise<SwarmReply> {
  const { url, count, resumes } = command;
  const { hostname: host, port } = new URL(url);
  const startedAt = steadyNow();
  let failed = 0;
  let next = 0;
  const dial = async (): Promise<void> => {
    while (next < count) {
      const index = members.length;
      const target = {
        host,
        port: Number(port),
        localAddress: `127.0.0.${2 + (index % ADDRESSES)}`,
        resume: resumes[next % resumes.length] ?? {},
      };
      next += 1;
      const member: Member = { client: null, position: 0, lastAt: 0 };
      members.push(member);
      try {
        member.client = await openSwarmClient(target, listenerOf(member, index));
      } catch {
        failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: DIALS }, dial));
  return { openMs: steadyNow() - startedAt, failed };
}

function listenerOf(member: Member, index: number) {
  return {
    onBatch(from: number, to: number, bytes: number) {
      const at = steadyNow();
      if (from !== member.position) log.broken += 1;
      member.position = to;
      log.member.push(index);
      log.from.push(from);
      log.to.push(to);
      log.at.push(at);
      log.bytes += bytes;
    },
    onReset(to: number) {
      log.resets += 1;
      member.position = to;
    },
    onClosed(code: number | null) {
      member.client = null;
      const name = String(code);
      closes[name] = (closes[name] ?? 0) + 1;
    },
  };
}

/** Delays of every event at every client, from the instants at which they were published. */
function report({ published, only }: Extract<SwarmCommand, { do: 'report' }>): SwarmReply {
  const chosen = only === null ? null : new Set(only);
  const delays = createHistogram();
  const ticks = createHistogram();
  const lastAt = new Map<number, number>();
  let frames = 0;
  let events = 0;
  for (const [index, member] of log.member.entries()) {
    if (chosen !== null && !chosen.has(member)) continue;
    const [from, to, at] = [log.from[index] ?? 0, log.to[index] ?? 0, log.at[index] ?? 0];
    frames += 1;
    const before = lastAt.get(member);
    lastAt.set(member, at);
    if (before !== undefined) ticks.record(toMicros(at - before));
    for (let seq = from + 1; seq <= to; seq += 1) {
      const publishedAt = published.times[seq - published.firstSeq];
      if (publishedAt === undefined) continue;
      events += 1;
      delays.record(toMicros(at - publishedAt));
    }
  }
  const { bytes, broken, resets } = log;
  const delivery: Delivery = {
    frames,
    events,
    bytes,
    broken,
    resets,
    p50Ms: delays.percentile(50) / 1000,
    p99Ms: delays.percentile(99) / 1000,
    maxMs: delays.max / 1000,
    tickMs: ticks.percentile(50) / 1000,
    open: members.filter(({ client }) => client !== null).length,
    closes: { ...closes },
  };
  return { delivery };
}

function toMicros(ms: number): number {
  return Math.max(1, Math.round(ms * 1000));
}

async function obey(command: SwarmCommand): Promise<SwarmReply> {
  switch (command.do) {
    case 'open':
      return open(command);
    case 'forget':
      log = createLog();
      return {};
    case 'standing': {
      const chosen = command.only?.map((index) => members[index]) ?? members;
      const positions = chosen.map((member) =>
        member === undefined || member.client === null ? Infinity : member.position,
      );
      return { lowest: Math.min(...positions) };
    }
    case 'pause':
      for (const index of command.members) members[index]?.client?.pause();
      return {};
    case 'resume':
      for (const index of command.members) members[index]?.client?.resume();
      return {};
    case 'close':
      for (const { client } of members.splice(0)) client?.destroy();
      return {};
    case 'report':
      return report(command);
  }
}

process.on('message', (command: SwarmCommand & { readonly id: number }) => {
  void obey(command).then((reply) => {
    process.send?.({ id: command.id, ...reply });
    return undefined;
  });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0 });
