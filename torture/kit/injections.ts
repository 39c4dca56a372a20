import { z } from 'zod';

import { getJson } from '../../bench/rest.ts';
import type { Upstream } from './lab-upstreams.ts';
import { delay, until } from './waits.ts';

const KEY = 'torture-control-key-0123456789abcdef';
const PAUSE_MS = 100;
const AGENTS_LIMIT_MS = 10_000;
const PAGE = 100;

const messagesSchema = z.object({
  messages: z.array(z.object({ from: z.string(), payload: z.unknown() })),
});

/** For the server's environment, so that it takes our commands. */
export const INJECTION_ENV = { ORGANOSCOPE_KEY: KEY };

interface Injection {
  readonly marker: string;
  readonly organism: string;
  /** What we were told; 0 for no answer at all. */
  status: number;
}

export interface InjectionAudit {
  readonly sent: number;
  /** Upstream more than once. */
  readonly twice: number;
  /** Told as done and not upstream, or told as not sent and there. */
  readonly wronglyTold: number;
  /** Told as unknown. */
  readonly unknown: number;
  /** Told as unknown and not so in the list of commands, or the other way round. */
  readonly unlisted: number;
}

/** An operator who sends one command after another, whatever becomes of the upstreams. */
export interface Injector {
  /** Sends no more; resolves when every command was answered. */
  stop(): Promise<void>;
  /** Compares what was told with what the upstreams have, and with what the server lists. */
  audit(): Promise<InjectionAudit>;
}

export function startInjecting(url: string, upstreams: readonly Upstream[]): Injector {
  const injections: Injection[] = [];
  const pending: Promise<void>[] = [];
  const stopping = new AbortController();

  async function inject(organism: string, to: string): Promise<void> {
    const injection: Injection = { marker: `inject-${injections.length}`, organism, status: 0 };
    injections.push(injection);
    const response = await fetch(`${url}/api/v1/inject?organism=${organism}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to, payload: { Probe: { marker: injection.marker } } }),
    });
    injection.status = response.status;
  }

  async function run(): Promise<void> {
    const targets = await Promise.all(upstreams.map((upstream) => findAgent(url, upstream.name)));
    for (let n = 0; !stopping.signal.aborted; n += 1) {
      const index = n % upstreams.length;
      pending.push(inject(upstreams[index]?.name ?? '', targets[index] ?? ''));
      await delay(PAUSE_MS);
    }
  }
  const running = run();

  return {
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(pending);
    },
    async audit() {
      const there = new Map<string, number>();
      for (const { lab } of upstreams) await countMarkers((await lab.start()).url, there);
      const isUnknown = ({ status }: Injection): boolean => status === 504;
      const unknown = injections.filter(isUnknown).length;
      return {
        sent: injections.length,
        twice: [...there.values()].filter((times) => times > 1).length,
        wronglyTold: injections.filter(
          (injection) => !isUnknown(injection) && !isTrue(injection, there),
        ).length,
        unknown,
        unlisted: Math.abs(unknown - (await countListed(url))),
      };
    },
  };
}

function isTrue({ marker, status }: Injection, there: ReadonlyMap<string, number>): boolean {
  return (there.get(marker) ?? 0) === (status === 200 ? 1 : 0);
}

async function findAgent(url: string, organism: string): Promise<string> {
  return until(AGENTS_LIMIT_MS, `an agent of ${organism}`, async () => {
    const { agents } = (await getJson(`${url}/api/v1/agents?organism=${organism}`)) as {
      agents: { name: string; isAgent: boolean }[];
    };
    return agents.find(({ isAgent }) => isAgent)?.name ?? null;
  });
}

/** Reads the upstream's own messages: the truth about what arrived. */
async function countMarkers(upstream: string, there: Map<string, number>): Promise<void> {
  for (let offset = 0; ; offset += PAGE) {
    const body = await getJson(`${upstream}/api/v1/messages?limit=${PAGE}&offset=${offset}`);
    const { messages } = messagesSchema.parse(body);
    for (const { from, payload } of messages) {
      const marker = /inject-\d+/.exec(JSON.stringify(payload))?.[0];
      if (from === 'api' && marker !== undefined) there.set(marker, (there.get(marker) ?? 0) + 1);
    }
    if (messages.length < PAGE) return;
  }
}

async function countListed(url: string): Promise<number> {
  let unknown = 0;
  for (let offset = 0; ; offset += PAGE) {
    const { commands } = (await getJson(
      `${url}/api/v1/commands?limit=${PAGE}&offset=${offset}`,
    )) as { commands: { outcome: string }[] };
    unknown += commands.filter(({ outcome }) => outcome === 'unknown').length;
    if (commands.length < PAGE) return unknown;
  }
}
