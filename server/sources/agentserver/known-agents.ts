import type { EventDraft } from '#organism/event.ts';

import type { Stamper } from '../upstream/stamper.ts';
import { agentDraft, agentReadingDraft, agentStateDraft } from './to-drafts.ts';
import type { WireAgent, WireAgentState } from './wire.ts';

/** A hostile upstream could name millions; beyond this their changes are told without comparing. */
const MAX_KNOWN_AGENTS = 10_000;
/** Counters alone are no news: they are written down this often, and once when the clock is set back. */
const COUNTERS_EVERY_MS = 10_000;

interface KnownAgent {
  readonly agent: WireAgent | null;
  readonly facts: string;
  readonly counters: string;
  readonly toldAt: number;
  readonly state: string | null;
  readonly currentThread: string | null;
  /** `mark` of the last state the socket told. */
  readonly socketMark: number;
}

export type KnownAgents = ReturnType<typeof createKnownAgents>;

/** The agents as last told, so that only changes become events. */
export function createKnownAgents(stamp: Stamper) {
  const known = new Map<string, KnownAgent>();
  const rootTags = new Map<string, string>();
  let mark = 0;

  function put(name: string, agent: KnownAgent): void {
    if (known.size < MAX_KNOWN_AGENTS || known.has(name)) known.set(name, agent);
  }

  function observeFacts(agent: WireAgent, readAt: number): EventDraft[] {
    const old = known.get(agent.name);
    const rootTag = rootTags.get(agent.name);
    const { description, isAgent, peers, payloadClass, queueDepth } = agent;
    const facts = JSON.stringify([
      description,
      isAgent,
      peers,
      payloadClass,
      rootTag,
      (queueDepth ?? 0) > 0,
    ]);
    const counters = JSON.stringify([queueDepth, agent.messageCount, agent.lastActivity]);
    const isQuiet =
      old?.facts === facts &&
      (old.counters === counters || Math.abs(readAt - old.toldAt) < COUNTERS_EVERY_MS);
    if (isQuiet) return [];
    const blank = { state: null, currentThread: null, socketMark: 0 };
    put(agent.name, { ...blank, ...old, agent, facts, counters, toldAt: readAt });
    return [agentDraft(agent, { rootTag, isRemoved: false }, stamp(readAt))];
  }

  function observeState(agent: WireAgent, readAt: number): EventDraft[] {
    const { state } = agent;
    const old = known.get(agent.name);
    const isSame = old?.state === state && old?.currentThread === agent.currentThread;
    if (state === undefined || isSame) return [];
    if (old !== undefined) put(agent.name, { ...old, state, currentThread: agent.currentThread });
    return [agentReadingDraft({ ...agent, state }, stamp(readAt))];
  }

  return {
    /** Names this moment, to tell later whether the socket brought something newer. */
    mark: () => mark,

    /** The upstream began a new life: everything is news again. */
    forget(): void {
      known.clear();
    },

    setRootTags(tags: readonly { readonly name: string; readonly rootTag: string }[]): void {
      for (const { name, rootTag } of tags.slice(0, MAX_KNOWN_AGENTS)) rootTags.set(name, rootTag);
    },

    observeFrame(change: WireAgentState, at: number): EventDraft[] {
      mark += 1;
      const old = known.get(change.agent);
      const isSame = old?.state === change.state && old.currentThread === change.currentThread;
      const blank = { agent: null, facts: '', counters: '', toldAt: 0 };
      put(change.agent, {
        ...blank,
        ...old,
        state: change.state,
        currentThread: change.currentThread,
        socketMark: mark,
      });
      return isSame ? [] : [agentStateDraft(change, stamp(at))];
    },

    /**
     * Compares a whole list with what is known.
     * @param since the mark when the list was asked for: states the socket told after it are newer
     * @returns drafts of what changed, and whether a state did that the socket had not told
     */
    observeList(
      agents: readonly WireAgent[],
      reading: { readonly readAt: number; readonly since: number; readonly isComplete: boolean },
    ): { drafts: EventDraft[]; hasUntoldState: boolean } {
      const { readAt, since } = reading;
      const drafts: EventDraft[] = [];
      let hasUntoldState = false;
      for (const agent of agents) {
        const isNew = known.get(agent.name)?.agent == null;
        drafts.push(...observeFacts(agent, readAt));
        if ((known.get(agent.name)?.socketMark ?? 0) > since) continue;
        const changes = observeState(agent, readAt);
        hasUntoldState ||= changes.length > 0 && !isNew;
        drafts.push(...changes);
      }
      if (reading.isComplete) drafts.push(...this.observeRemovals(agents, readAt));
      return { drafts, hasUntoldState };
    },

    observeRemovals(agents: readonly WireAgent[], readAt: number): EventDraft[] {
      const listed = new Set(agents.map((agent) => agent.name));
      const drafts: EventDraft[] = [];
      for (const [name, { agent }] of known) {
        if (agent === null || listed.has(name)) continue;
        known.delete(name);
        drafts.push(agentDraft(agent, { isRemoved: true }, stamp(readAt)));
      }
      return drafts;
    },
  };
}
