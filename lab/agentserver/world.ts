import type { AgentState, ThreadStatus } from '#organism/agentserver/entities.ts';

import { CAST, RELOADED_CAST, RELOAD_UPDATES, type CastMember } from './cast.ts';
import type { PayloadText } from './payloads.ts';
import type { Random } from './random.ts';
import { createRing, type Ring } from './ring.ts';
import type { LabClock } from './wire-time.ts';
import type { LabAgent, LabEvent, LabMessage, LabThread } from './world-types.ts';

/** As the recorded server: older messages can no longer be read. */
const READABLE_MESSAGES = 10_000;
/** The recorded server never forgets a thread; here finished ones go first. */
const MAX_THREADS = 20_000;

interface NewMessage {
  readonly threadId: string;
  readonly from: string;
  readonly to: string;
  readonly payloadType: string;
  readonly payload: PayloadText;
}

/** The organism's record. It decides nothing: the script and the operator do. */
export interface World {
  readonly agents: ReadonlyMap<string, LabAgent>;
  readonly threads: ReadonlyMap<string, LabThread>;
  readonly messages: Pick<Ring<LabMessage>, 'size' | 'newest'>;
  status(): 'running' | 'stopping';
  /** Epoch milliseconds. */
  startedAt(): number;
  totalMessages(): number;
  activeThreads(): number;
  /** @returns whether the state changed and an event went out */
  setAgentState(name: string, state: AgentState, threadId: string | null): boolean;
  addToQueue(name: string, change: 1 | -1): void;
  openThread(id: string, participants: readonly string[]): LabThread;
  recordMessage(message: NewMessage): LabMessage;
  setThreadStatus(id: string, status: ThreadStatus, error: string | null): void;
  failThread(id: string, agent: string, error: string): void;
  reload(): { added: string[]; removed: string[]; updated: string[] };
  markStopping(): void;
  /** A new process: nothing is left but the cast it starts with. */
  restart(): void;
}

export interface WorldDeps {
  readonly ids: Random;
  readonly clock: LabClock;
  readonly emit: (event: LabEvent) => void;
}

interface WorldData {
  agents: Map<string, LabAgent>;
  threads: Map<string, LabThread>;
  /** Ids of threads that ended, in the order they did. */
  ended: Set<string>;
  messages: Ring<LabMessage>;
  totalMessages: number;
  activeThreads: number;
  startedAt: number;
  isStopping: boolean;
  isReloaded: boolean;
}

export function createWorld({ ids, clock, emit }: WorldDeps): World {
  const data: WorldData = {
    agents: new Map(),
    threads: new Map(),
    ended: new Set(),
    messages: createRing(READABLE_MESSAGES),
    ...freshCounters(clock()),
  };
  castAgents(data.agents, CAST);

  function setAgentState(name: string, state: AgentState, threadId: string | null): boolean {
    const agent = data.agents.get(name);
    if (agent === undefined) return false;
    const hasChanged = agent.state !== state;
    agent.state = state;
    agent.currentThread = threadId;
    agent.lastActivity = clock();
    if (hasChanged) emit({ event: 'agent_state', agent });
    return hasChanged;
  }

  function openThread(id: string, participants: readonly string[]): LabThread {
    const known = data.threads.get(id);
    if (known !== undefined) return known;
    const now = clock();
    const thread: LabThread = {
      id,
      status: 'active',
      participants: new Set(participants),
      messageCount: 0,
      createdAt: now,
      lastActivity: now,
      error: null,
    };
    data.threads.set(id, thread);
    data.activeThreads += 1;
    evictThreads(data);
    emit({ event: 'thread_created', thread });
    return thread;
  }

  function recordMessage(fresh: NewMessage): LabMessage {
    const thread = openThread(fresh.threadId, [fresh.from, fresh.to]);
    data.totalMessages += 1;
    const message: LabMessage = {
      id: ids.uuid(),
      ...fresh,
      at: clock(),
      slotIndex: data.totalMessages,
    };
    data.messages.push(message);
    thread.participants.add(fresh.from).add(fresh.to);
    thread.messageCount += 1;
    thread.lastActivity = message.at;
    const sender = data.agents.get(fresh.from);
    if (sender !== undefined) {
      sender.messageCount += 1;
      sender.lastActivity = message.at;
    }
    emit({ event: 'message', message });
    return message;
  }

  function setThreadStatus(id: string, status: ThreadStatus, error: string | null): void {
    const thread = data.threads.get(id);
    if (thread === undefined) return;
    if (thread.status === 'active' && status !== 'active') data.activeThreads -= 1;
    thread.status = status;
    thread.error = error;
    thread.lastActivity = clock();
    if (status !== 'active') data.ended.add(id);
    emit({ event: 'thread_updated', thread });
  }

  return {
    agents: data.agents,
    threads: data.threads,
    messages: data.messages,
    status: () => (data.isStopping ? 'stopping' : 'running'),
    startedAt: () => data.startedAt,
    totalMessages: () => data.totalMessages,
    activeThreads: () => data.activeThreads,
    setAgentState,
    addToQueue(name, change) {
      const agent = data.agents.get(name);
      if (agent !== undefined) agent.queueDepth = Math.max(0, agent.queueDepth + change);
    },
    openThread,
    recordMessage,
    setThreadStatus,
    failThread(id, agent, error) {
      setThreadStatus(id, 'error', error);
      emit({ event: 'error', threadId: id, agent, error, at: clock() });
    },
    reload() {
      const outcome = swapCast(data);
      emit({ event: 'reload', ...outcome });
      return outcome;
    },
    markStopping() {
      data.isStopping = true;
    },
    restart() {
      data.agents.clear();
      castAgents(data.agents, CAST);
      data.threads.clear();
      data.ended.clear();
      data.messages.clear();
      Object.assign(data, freshCounters(clock()));
    },
  };
}

function freshCounters(startedAt: number) {
  return {
    totalMessages: 0,
    activeThreads: 0,
    startedAt,
    isStopping: false,
    isReloaded: false,
  };
}

function castAgents(agents: Map<string, LabAgent>, cast: readonly CastMember[]): void {
  for (const member of cast) agents.set(member.name, freshAgent(member));
}

function freshAgent(member: CastMember): LabAgent {
  return {
    member,
    state: 'idle',
    currentThread: null,
    queueDepth: 0,
    lastActivity: null,
    messageCount: 0,
  };
}

function swapCast(data: WorldData): { added: string[]; removed: string[]; updated: string[] } {
  data.isReloaded = !data.isReloaded;
  const target = data.isReloaded ? RELOADED_CAST : CAST;
  const wanted = new Set(target.map((member) => member.name));
  const removed = [...data.agents.keys()].filter((name) => !wanted.has(name));
  for (const name of removed) data.agents.delete(name);
  const added = target.filter((member) => !data.agents.has(member.name));
  castAgents(data.agents, added);
  const updated = target.filter((member) => member.name === RELOAD_UPDATES);
  castAgents(data.agents, updated);
  return {
    added: added.map((member) => member.name),
    removed,
    updated: updated.map((member) => member.name),
  };
}

/** Drops the longest finished thread, and the oldest of all when none has finished. */
function evictThreads(data: WorldData): void {
  while (data.threads.size > MAX_THREADS) {
    const oldest = data.ended.values().next().value ?? data.threads.keys().next().value;
    if (oldest === undefined) return;
    if (data.threads.get(oldest)?.status === 'active') data.activeThreads -= 1;
    data.ended.delete(oldest);
    data.threads.delete(oldest);
  }
}
