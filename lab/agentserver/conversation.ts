import type { LabBudgets } from './budgets.ts';
import { CONSOLE } from './cast.ts';
import { drawFate, type Fate } from './fate.ts';
import type { LabFaults } from './faults.ts';
import { drawCall, drawPayer, type ModelCall, type Payer } from './models.ts';
import {
  ANSWER,
  notFinitePayload,
  requestTypeOf,
  RESULT,
  SCORE,
  stampPayload,
  type PayloadPool,
} from './payloads.ts';
import type { Random } from './random.ts';
import type { LabMessage } from './world-types.ts';
import type { World } from './world.ts';

/** `event`: something was emitted. `held`: whoever is next is paused. */
export type Turn = 'event' | 'held';

export interface ConversationDeps {
  readonly world: World;
  readonly budgets: LabBudgets;
  readonly recordCall: (call: ModelCall) => void;
  readonly payloads: PayloadPool;
  readonly random: Random;
  /** Thread ids come from a generator of their own, so that they differ from run to run. */
  readonly ids: Random;
  readonly faults: LabFaults;
  /** Epoch milliseconds to stamp into payloads, or null for none. */
  readonly sentAt: () => number | null;
}

interface Opening {
  readonly from: string;
  readonly to: string;
  /** A message already recorded, when the conversation came from outside. */
  readonly message?: LabMessage | undefined;
}

/** Who waits for an answer, and the thread it was working on. */
interface Caller {
  readonly name: string;
  readonly threadId: string;
}

interface Scene {
  readonly fate: Fate;
  readonly payer: Payer;
  readonly callers: Caller[];
  /** The message on its way; null before the first. */
  inbound: LabMessage | null;
  receiver: string;
  threadId: string;
  hops: number;
}

/** How deep agents delegate before they must answer. */
const MAX_DEPTH = 4;
const NOT_FINITE_ODDS = 0.01;

/**
 * One conversation from the first request to its end: deliver, think, send, settle, and again.
 * Yields after each event, so that many interleave at any rate.
 */
export function* createConversation(
  deps: ConversationDeps,
  opening: Opening,
): Generator<Turn, void, void> {
  const { world } = deps;
  const scene = setScene(deps, opening);
  if (opening.message === undefined) {
    world.openThread(scene.threadId, [opening.from, opening.to]);
    yield 'event';
    yield* send(deps, scene, opening.from);
  } else {
    world.addToQueue(scene.receiver, 1);
  }
  while (true) {
    yield* deliver(deps, scene);
    if (!isOver(deps, scene)) {
      if (scene.callers.length === 0) return yield* finish(deps, scene);
      yield* think(deps, scene);
    }
    if (isOver(deps, scene)) return yield* giveUp(deps, scene);
    const failure = failureOf(deps, scene);
    if (failure !== null) return yield* fail(deps, scene, failure);
    if (scene.fate.kind === 'killed' && scene.hops >= scene.fate.atHop) {
      return yield* kill(deps, scene);
    }
    const sender = scene.receiver;
    const isDelegating = chooseNext(deps, scene);
    yield* send(deps, scene, sender);
    yield* settle(deps, scene, isDelegating ? 'waiting' : 'idle', sender);
  }
}

function setScene(deps: ConversationDeps, opening: Opening): Scene {
  const threadId = opening.message?.threadId ?? deps.ids.uuid();
  const fate = drawFate(deps.random);
  if (fate.maxTokens !== null) deps.budgets.open(threadId, fate.maxTokens);
  return {
    fate,
    payer: drawPayer(deps.random),
    callers: [{ name: opening.from, threadId }],
    inbound: opening.message ?? null,
    receiver: opening.to,
    threadId,
    hops: 0,
  };
}

function* deliver(deps: ConversationDeps, scene: Scene): Generator<Turn, void, void> {
  const { world, faults } = deps;
  while (isHeld(deps, scene.receiver)) yield 'held';
  world.addToQueue(scene.receiver, -1);
  if (world.setAgentState(scene.receiver, 'processing', scene.threadId)) yield 'event';
  if (faults.has('messages-twice') && scene.inbound !== null) {
    const { threadId, from, to, payloadType, payload } = scene.inbound;
    world.recordMessage({ threadId, from, to, payloadType, payload });
    yield 'event';
  }
}

/** Model calls of an agent; tools do not think. */
function* think(deps: ConversationDeps, scene: Scene): Generator<Turn, void, void> {
  const { world, random, budgets } = deps;
  if (world.agents.get(scene.receiver)?.member.isAgent !== true) return;
  const calls = random.chance(0.35) ? 2 : 1;
  for (let made = 0; made < calls; made += 1) {
    const call = drawCall(random, {
      threadId: scene.threadId,
      agentId: scene.receiver,
      payer: scene.payer,
      totalTokens: Math.max(40, Math.round(scene.fate.tokensPerCall * (0.5 + random.next()))),
    });
    if (call.threadId !== '') {
      budgets.consume(call.threadId, call.promptTokens, call.completionTokens);
    }
    deps.recordCall(call);
    yield 'event';
  }
}

function* send(deps: ConversationDeps, scene: Scene, sender: string): Generator<Turn, void, void> {
  const { world, payloads, random, faults } = deps;
  const payloadType = payloadTypeFor(deps, scene, sender);
  const isNotFinite = faults.has('bare-nan') && random.chance(NOT_FINITE_ODDS);
  const drawn = isNotFinite ? notFinitePayload() : payloads.draw(payloadType);
  const sentAt = deps.sentAt();
  const hadThread = world.threads.has(scene.threadId);
  scene.inbound = world.recordMessage({
    threadId: scene.threadId,
    from: sender,
    to: scene.receiver,
    payloadType: isNotFinite ? SCORE : payloadType,
    payload: sentAt === null ? drawn : stampPayload(drawn, sentAt),
  });
  scene.hops += 1;
  world.addToQueue(scene.receiver, 1);
  // A thread opened by this message was an event of its own: it takes a turn of its own.
  if (!hadThread) yield 'event';
  yield 'event';
}

function payloadTypeFor(deps: ConversationDeps, scene: Scene, sender: string): string {
  const isReply = scene.callers.length === 0 || !isPeerOf(deps, sender, scene.receiver);
  if (!isReply || sender === CONSOLE) return requestTypeOf(scene.receiver);
  if (sender === 'critic') return SCORE;
  return scene.callers.length === 0 ? ANSWER : RESULT;
}

function isPeerOf(deps: ConversationDeps, sender: string, receiver: string): boolean {
  return deps.world.agents.get(sender)?.member.peers.includes(receiver) === true;
}

/** Hands on to a peer, or answers whoever asked. @returns whether the sender now waits */
function chooseNext(deps: ConversationDeps, scene: Scene): boolean {
  const { world, random, faults, ids } = deps;
  const sender = scene.receiver;
  const peers = (world.agents.get(sender)?.member.peers ?? []).filter(
    (peer) => world.agents.has(peer) && !scene.callers.some((caller) => caller.name === peer),
  );
  const mayDelegate =
    peers.length > 0 && scene.callers.length <= MAX_DEPTH && scene.hops < scene.fate.hops;
  if (mayDelegate && random.chance(0.75)) {
    scene.callers.push({ name: sender, threadId: scene.threadId });
    scene.receiver = random.pick(peers);
    if (faults.has('thread-per-hop')) scene.threadId = ids.uuid();
    return true;
  }
  const caller = scene.callers.pop();
  if (caller !== undefined) {
    scene.receiver = caller.name;
    scene.threadId = caller.threadId;
  }
  return false;
}

function* settle(
  deps: ConversationDeps,
  scene: Scene,
  state: 'idle' | 'waiting' | 'error',
  name = scene.receiver,
): Generator<Turn, void, void> {
  if (isHeld(deps, name)) return;
  const threadId = state === 'idle' ? null : scene.threadId;
  if (deps.world.setAgentState(name, state, threadId)) yield 'event';
}

/** Nobody waits for an answer that will not come. */
function* releaseCallers(deps: ConversationDeps, scene: Scene): Generator<Turn, void, void> {
  for (const caller of scene.callers) {
    const agent = deps.world.agents.get(caller.name);
    if (agent?.state === 'waiting' && agent.currentThread === caller.threadId) {
      yield* settle(deps, scene, 'idle', caller.name);
    }
  }
}

function failureOf({ random, budgets, world }: ConversationDeps, scene: Scene): string | null {
  const { fate, threadId, receiver } = scene;
  if (!world.agents.has(receiver)) return `Unknown listener: ${receiver}`;
  const budget = budgets.get(threadId);
  if (budget !== null && budget.isExhausted && !fate.mayOverspend) {
    return `budget exhausted: ${budget.totalTokens}/${budget.maxTokens} tokens used`;
  }
  if (fate.kind !== 'failed' || scene.hops < fate.atHop) return null;
  return random.pick([
    `Handler ${receiver} crashed: KeyError('τιμή')`,
    `Handler ${receiver} timed out after 30 s`,
    `${receiver}: upstream model answered 529 three times`,
    `Payload rejected by ${receiver}: element 'files' is not expected`,
  ]);
}

function* fail(deps: ConversationDeps, scene: Scene, error: string): Generator<Turn, void, void> {
  yield* settle(deps, scene, 'error');
  deps.world.failThread(scene.threadId, scene.receiver, error);
  deps.budgets.retain(scene.threadId);
  yield 'event';
  yield 'event';
  yield* releaseCallers(deps, scene);
}

function* kill(deps: ConversationDeps, scene: Scene): Generator<Turn, void, void> {
  yield* settle(deps, scene, 'idle');
  deps.world.setThreadStatus(scene.threadId, 'killed', 'operator request');
  deps.budgets.retain(scene.threadId);
  yield 'event';
  yield* releaseCallers(deps, scene);
}

/** Somebody else ended the thread: nothing to add to its record. */
function* giveUp(deps: ConversationDeps, scene: Scene): Generator<Turn, void, void> {
  yield* settle(deps, scene, 'idle');
  yield* releaseCallers(deps, scene);
}

function* finish(deps: ConversationDeps, scene: Scene): Generator<Turn, void, void> {
  yield* settle(deps, scene, 'idle');
  deps.world.setThreadStatus(scene.threadId, 'completed', null);
  deps.budgets.close(scene.threadId);
  yield 'event';
}

/** Healthy agents obey a pause; the recorded pump went on and overwrote it. */
function isHeld({ world, faults }: ConversationDeps, name: string): boolean {
  return world.agents.get(name)?.state === 'paused' && !faults.has('control-only-records');
}

/** Whether somebody ended the thread while the conversation was under way. */
function isOver({ world, faults }: ConversationDeps, scene: Scene): boolean {
  if (faults.has('control-only-records')) return false;
  const thread = world.threads.get(scene.threadId);
  return thread !== undefined && thread.status !== 'active';
}
