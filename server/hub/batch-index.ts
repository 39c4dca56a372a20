import type { JournalEvent } from '#organism/event.ts';

import type { LiveSelection } from './live-selection.ts';
import { subjectOf } from './socket-filters.ts';

/** Finds what passes a filter without asking the filter about every event of a batch. */
export interface BatchIndex {
  /**
   * Their places in the batch, in order. Filters that differ only by names without an event here get
   * the same array, so that it can stand for what is written out of it.
   */
  select(selection: LiveSelection): readonly number[];
}

/** Where the events about a name stand; `null` holds those about none, which every filter passes. */
type Places = Map<string | null, number[]>;

/** With many different filters a flush costs what they let through, not filters times events. */
export function createBatchIndex(events: readonly JournalEvent[]): BatchIndex {
  const subjects = events.map(subjectOf);
  const byThread: Places = new Map();
  const byAgent: Places = new Map();
  const byType: Places = new Map();
  for (const [place, { name, threadId, agents }] of subjects.entries()) {
    add(byType, name, place);
    add(byThread, threadId, place);
    if (agents.length === 0) add(byAgent, null, place);
    for (const agent of agents) add(byAgent, agent, place);
  }
  /** How often a place was found by the filter at hand: sorts them and tells doubles in one go. */
  const found = new Uint8Array(events.length);

  function mark(places: Places, names: readonly string[]): void {
    found.fill(0);
    for (const place of places.get(null) ?? []) found[place] = 1;
    for (const name of names) {
      for (const place of places.get(name) ?? []) found[place] = 1;
    }
  }

  function choose({ names: { threads, agents, types }, passes }: LiveSelection): number[] {
    // By the part that usually lets least through; what it finds then has to pass the others.
    if (threads.length > 0) mark(byThread, threads);
    else if (agents.length > 0) mark(byAgent, agents);
    else mark(byType, types);
    const parts = [threads, agents, types].filter(({ length }) => length > 0).length;
    const chosen: number[] = [];
    // Iterators would cost more than what they iterate over.
    for (let place = 0; place < found.length; place += 1) {
      if (found[place] === 0) continue;
      const subject = subjects[place];
      if (parts === 1 || passes === null || (subject !== undefined && passes(subject))) {
        chosen.push(place);
      }
    }
    return chosen;
  }

  const chosenBy = new Map<string, readonly number[]>();
  return {
    select(selection) {
      const { threads, agents, types } = selection.names;
      const key = `${occurring(byThread, threads)}/${occurring(byAgent, agents)}/${occurring(byType, types)}`;
      const known = chosenBy.get(key);
      if (known !== undefined) return known;
      const chosen = choose(selection);
      chosenBy.set(key, chosen);
      return chosen;
    },
  };
}

/** The part of a filter that can make a difference here, as a text; empty is no filter. */
function occurring(places: Places, names: readonly string[]): string {
  if (names.length === 0) return '';
  return JSON.stringify(names.filter((name) => places.has(name)));
}

function add(places: Places, name: string | null, place: number): void {
  const known = places.get(name);
  if (known === undefined) places.set(name, [place]);
  else known.push(place);
}
