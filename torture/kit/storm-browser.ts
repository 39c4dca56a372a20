import type { Random } from '#lab/agentserver/random.ts';

import type { JournalRow } from './journal-rows.ts';
import { createLiveReader } from './live-reader.ts';
import type { Victim } from './victim.ts';
import { delay, until } from './waits.ts';

const HEARD_MS = { min: 20, max: 400 };
const AWAY_MS = { min: 0, max: 200 };
const RETRY_MS = 20;
const ANSWER_LIMIT_MS = 1000;
const DIAL_LIMIT_MS = 30_000;

/** A browser in a storm: cut off again and again, it comes back for what it missed. */
export interface StormBrowser {
  /** Times its connection was cut. */
  readonly kicks: number;
  /** Times it came back to a server that had been restarted meanwhile. */
  readonly acrossRestart: number;
  readonly position: number;
  readonly epoch: string;
  /** Dials until somebody answers. */
  begin(victim: Victim): Promise<void>;
  /** Is cut off and comes back until it is enough. */
  storm(victim: Victim, isEnough: () => boolean): Promise<void>;
  leave(): void;
  judge(journal: readonly JournalRow[]): StormVerdict;
}

export interface StormVerdict {
  readonly expected: number;
  readonly missed: number;
  readonly doubled: number;
  readonly disordered: number;
  readonly breaks: number;
  /** Beyond the first visit. */
  readonly needlessResets: number;
  /** What it would have missed if it had asked by time instead of by position. */
  readonly missedByStamp: number;
}

/** A time away: the newest stamp it had seen, where it stood, and how far the first answer took it. */
interface Absence {
  readonly stamp: number;
  readonly from: number;
  readonly to: number;
}

export function createStormBrowser(organism: string, random: Random): StormBrowser {
  const reader = createLiveReader(organism);
  const absences: Absence[] = [];
  let start = Number.NaN;
  let kicks = 0;
  let acrossRestart = 0;
  let life = 0;

  const position = (): number => reader.position?.since ?? -1;

  /** Resolves when it stands where the server does, as far as it has been told. */
  async function dial(victim: Victim): Promise<void> {
    await until(DIAL_LIMIT_MS, 'a browser back', async () => {
      try {
        await reader.open(await victim.url());
        return true;
      } catch {
        await delay(RETRY_MS);
        return false;
      }
    });
    const now = victim.readyMs.length;
    if (life !== 0 && life !== now) acrossRestart += 1;
    life = now;
  }

  /** False when the server was killed before it answered. */
  async function hearsWithin(from: number): Promise<boolean> {
    const hasHeard = reader.reach(from).then(
      () => true,
      () => false,
    );
    return Promise.race([hasHeard, delay(ANSWER_LIMIT_MS, false)]);
  }

  return {
    get kicks() {
      return kicks;
    },
    get acrossRestart() {
      return acrossRestart;
    },
    get position() {
      return position();
    },
    get epoch() {
      return reader.position?.epoch ?? '';
    },
    async begin(victim) {
      await dial(victim);
      await until(DIAL_LIMIT_MS, 'a first snapshot', () => position() >= 0);
      if (Number.isNaN(start)) start = position();
    },
    async storm(victim, isEnough) {
      while (!isEnough()) {
        await delay(random.int(HEARD_MS.min, HEARD_MS.max));
        reader.close();
        kicks += 1;
        const from = position();
        const stamp = Math.max(0, ...reader.events.slice(-200).map((event) => event.occurredAt));
        await delay(random.int(AWAY_MS.min, AWAY_MS.max));
        await dial(victim);
        if (await hearsWithin(from)) absences.push({ stamp, from, to: position() });
      }
    },
    leave: () => reader.close(),
    judge(journal) {
      const due = journal.filter(({ seq }) => seq > start && seq <= position());
      const seqs = reader.events.map(({ seq }) => seq);
      const distinct = new Set(seqs);
      return {
        expected: due.length,
        missed: due.filter(({ seq }) => !distinct.has(seq)).length,
        doubled: seqs.length - distinct.size,
        disordered: seqs.filter((seq, index) => seq < (seqs[index - 1] ?? 0)).length,
        breaks: reader.breaks,
        needlessResets: reader.resets.length - 1,
        missedByStamp: due.filter(({ seq, occurredAt }) =>
          absences.some(({ stamp, from, to }) => seq > from && seq <= to && occurredAt <= stamp),
        ).length,
      };
    },
  };
}
