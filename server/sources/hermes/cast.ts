import type { EventDraft } from '#organism/event.ts';

import { agentDraft, clip, threadDraft } from '../drafts.ts';

/** Names already introduced: each agent and thread is told once, with the facts known then. */
export interface Cast {
  agent(name: string, at: number, more?: Parameters<typeof agentDraft>[2]): EventDraft[];
  thread(threadId: string, at: number, parent?: string | null): EventDraft[];
}

const MAX_NAMES = 10_000;

export function createCast(): Cast {
  const agents = new Set<string>();
  const threads = new Set<string>();

  /** Forgetting all repeats an introduction at worst, which changes nothing. */
  function isNew(names: Set<string>, name: string): boolean {
    if (names.has(name)) return false;
    if (names.size >= MAX_NAMES) names.clear();
    names.add(name);
    return true;
  }

  return {
    agent: (name, at, more) => (isNew(agents, name) ? [agentDraft(clip(name), at, more)] : []),
    thread(threadId, at, parent = null) {
      if (!isNew(threads, threadId)) return [];
      const draft = threadDraft(clip(threadId), at);
      return [parent === null ? draft : Object.assign(draft, { parentThread: clip(parent) })];
    },
  };
}
