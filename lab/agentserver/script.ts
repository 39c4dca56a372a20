import { CONSOLE } from './cast.ts';
import { createConversation, type ConversationDeps, type Turn } from './conversation.ts';
import type { LabMessage } from './world-types.ts';

/** The seeded story: keeps conversations going, one pushed event at a time. */
export interface Script {
  /** Plays until one event was emitted. @returns false when everything waits for an operator */
  step(): boolean;
  /** Lets the agents answer a message that came from outside. */
  adopt(message: LabMessage): void;
  /** Forgets every conversation, as a new process would. */
  restart(): void;
}

/** How many conversations to ask before deciding that all of them are held up. */
const MAX_TRIES = 16;
/** One conversation in this many finds an agent paused for maintenance. */
const MAINTENANCE_ODDS = 1 / 60;
const MAINTENANCE_STEPS = 40;

type Conversation = Generator<Turn, void, void>;

export interface ScriptDeps extends ConversationDeps {
  /** Conversations at a time. */
  readonly concurrency: number;
}

export function createScript(deps: ScriptDeps): Script {
  const { world, random, faults, concurrency } = deps;
  let running: Conversation[] = [];
  let maintenance: { agent: string; stepsLeft: number } | null = null;

  function begin(): void {
    running.push(createConversation(deps, { from: CONSOLE, to: 'planner' }));
    if (maintenance === null && random.chance(MAINTENANCE_ODDS)) startMaintenance();
  }

  /** A pause that the script itself lifts again; the operator's pauses stay. */
  function startMaintenance(): void {
    const idle = [...world.agents.values()].filter((agent) => agent.state === 'idle');
    if (idle.length === 0) return;
    const { name } = random.pick(idle).member;
    maintenance = { agent: name, stepsLeft: MAINTENANCE_STEPS };
    world.setAgentState(name, 'paused', null);
  }

  function endMaintenance(): boolean {
    if (maintenance === null) return false;
    maintenance.stepsLeft -= 1;
    if (maintenance.stepsLeft > 0) return false;
    const { agent } = maintenance;
    maintenance = null;
    if (world.agents.get(agent)?.state !== 'paused') return false;
    return world.setAgentState(agent, 'idle', null);
  }

  function advance(): boolean {
    const index = Math.floor(random.next() * running.length);
    const conversation = running[index];
    if (conversation === undefined) return false;
    const turn = conversation.next();
    if (turn.done === true) {
      const last = running.pop();
      if (last !== undefined && index < running.length) running[index] = last;
      return false;
    }
    return turn.value === 'event';
  }

  return {
    step() {
      if (world.status() === 'stopping' && !faults.has('control-only-records')) return false;
      if (endMaintenance()) return true;
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        if (running.length < concurrency) begin();
        if (advance()) return true;
      }
      return false;
    },
    adopt(message) {
      running.push(createConversation(deps, { from: message.from, to: message.to, message }));
    },
    restart() {
      running = [];
      maintenance = null;
    },
  };
}
