import type { ConversationMessage } from './conversation.ts';
import { foldRepeats } from './conversation.ts';

/**
 * Links threads that an upstream opened for single hops into conversations.
 *
 * The real AgentServer gives every *call path* a thread of its own: A asks B in thread t1; B asks C
 * in a new thread t2; C's answer to B is written into t1, B's thread, not into t2; a next question
 * of B to C goes into t2 again. Nothing in the data names t2's parent, so it is inferred, on hops
 * with repeats folded:
 *
 * 1. `declared`: the source named a parent. Never questioned.
 * 2. `answered`: t2 begins with B asking C, B had been addressed in t1 before, and what B asks C in
 *    t2 and what C tells B in t1 strictly take turns, beginning with a question. Several calls at
 *    once are told apart by that: a wrong pair gets out of turn after one round. One t2 per t1 and
 *    pair of agents.
 * 3. `reply` and `handed-on`: otherwise the parent is the thread in which B was addressed last
 *    before t2 began, within a minute, among those where B still owes something: B is not waiting
 *    for an answer there and has not given its own. `reply` when t2 goes to the one who asked there.
 *
 * Whoever began a conversation begins a new one with its next thread: an answer to a console does
 * not chain the console's next question to it. A parent is always the older thread, so links form
 * trees. A thread that is complete in itself (a healthy server's) gets no links at all.
 */
export function linkHops(
  messages: readonly ConversationMessage[],
  options: { readonly declared?: ReadonlyMap<string, string> | undefined } = {},
): HopLinks {
  const threads = readThreads(messages);
  const links = new Map<string, HopLink>();
  for (const [threadId, parentId] of options.declared ?? []) {
    links.set(threadId, { threadId, parentId, why: 'declared', isCertain: true, messageId: null });
  }
  linkAnswered(threads, links);
  linkLastAddressed(threads, links);
  return links;
}

export interface HopLink {
  readonly threadId: string;
  readonly parentId: string;
  readonly why: 'declared' | 'answered' | 'reply' | 'handed-on';
  /** False where another thread would have fitted as well. */
  readonly isCertain: boolean;
  /** The message that shows it: the first answer, or the one that was handed on. Null when declared. */
  readonly messageId: string | null;
}

/** Links by child. */
export type HopLinks = ReadonlyMap<string, HopLink>;

export interface Conversation {
  readonly rootId: string;
  /** The root, then every thread linked to it, each after its parent. */
  readonly threadIds: readonly string[];
  readonly links: readonly HopLink[];
}

/** The whole conversation a thread belongs to; of the thread alone when nothing is linked to it. */
export function conversationOf(threadId: string, links: HopLinks): Conversation {
  const rootId = rootOf(threadId, links);
  const children = groupBy(links.values(), (link) => link.parentId);
  const threadIds = [rootId];
  const used: HopLink[] = [];
  const known = new Set(threadIds);
  for (const id of threadIds) {
    for (const link of children.get(id) ?? []) {
      // A source may declare a circle.
      if (known.has(link.threadId)) continue;
      known.add(link.threadId);
      threadIds.push(link.threadId);
      used.push(link);
    }
  }
  return { rootId, threadIds, links: used };
}

/** Longer than any handler is silent between being addressed and speaking, in the recorded traffic. */
const HAND_ON_WINDOW_MS = 60_000;
/** Sent and received. */
const RECORDS_PER_HOP = 2;

interface Hop {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly messageId: string;
}
interface Thread {
  readonly id: string;
  readonly first: Hop;
  readonly hops: readonly Hop[];
  /** Place in the order of first hops: a parent's is smaller. */
  readonly place: number;
}

function readThreads(messages: readonly ConversationMessage[]): Thread[] {
  const byThread = new Map<string, Hop[]>();
  for (const { message } of foldRepeats(messages, RECORDS_PER_HOP)) {
    if (message.from === '' || message.to === '') continue;
    const hop = {
      from: message.from,
      to: message.to,
      at: message.occurredAt,
      messageId: message.id,
    };
    const hops = byThread.get(message.threadId);
    if (hops === undefined) byThread.set(message.threadId, [hop]);
    else hops.push(hop);
  }
  return [...byThread].flatMap(([id, hops], place) => {
    const [first] = hops;
    return first === undefined ? [] : [{ id, first, hops, place }];
  });
}

/** Rule 2. */
function linkAnswered(threads: readonly Thread[], links: Map<string, HopLink>): void {
  const byAsker = groupBy(threads, ({ first }) => JSON.stringify([first.from, first.to]));
  for (const children of byAsker.values()) {
    const first = children[0]?.first;
    if (first === undefined) continue;
    const parents = threads.filter((thread) => answersIn(thread, first).length > 0);
    const open = children.filter((child) => !links.has(child.id));
    const pairs = open.flatMap((child) => {
      const fitting = parents.filter((parent) => takesTurns(child, parent));
      return fitting.map((parent) => ({ child, parent, rivals: fitting.length - 1 }));
    });
    // The most telling first: a child that fits only one parent decides before those that fit several.
    pairs.sort((a, b) => a.rivals - b.rivals || a.child.place - b.child.place);
    const taken = new Set<string>();
    for (const { child, parent, rivals } of pairs) {
      if (links.has(child.id) || taken.has(parent.id)) continue;
      taken.add(parent.id);
      links.set(child.id, {
        threadId: child.id,
        parentId: parent.id,
        why: 'answered',
        isCertain: rivals === 0,
        messageId: answersIn(parent, first)[0]?.messageId ?? null,
      });
    }
  }
}

/** What the asked one says to the asker in another thread. A thread's first hop answers nothing. */
function answersIn(thread: Thread, ask: Hop): Hop[] {
  return thread.hops.filter(
    (hop) => hop !== thread.first && hop.from === ask.to && hop.to === ask.from,
  );
}

function takesTurns(child: Thread, parent: Thread): boolean {
  const { from: asker, to: asked, at } = child.first;
  const wasAddressed = parent.hops.some((hop) => hop.to === asker && hop.at <= at);
  if (parent.place >= child.place || !wasAddressed) return false;
  const asks = child.hops.filter((hop) => hop.from === asker && hop.to === asked);
  const answers = answersIn(parent, child.first);
  // As many answers as asks, or one less: the last may still be on its way.
  if (answers.length > asks.length || asks.length > answers.length + 1) return false;
  return answers.every((answer, turn) => {
    const ask = asks[turn];
    const next = asks[turn + 1];
    return ask !== undefined && ask.at <= answer.at && (next === undefined || answer.at <= next.at);
  });
}

/** Rule 3, in the order threads began, so that a parent's own place in the tree is known. */
function linkLastAddressed(threads: readonly Thread[], links: Map<string, HopLink>): void {
  const byId = new Map(threads.map((thread) => [thread.id, thread]));
  const addressedIn = groupBy(
    threads.flatMap((thread) =>
      [...new Set(thread.hops.map((hop) => hop.to))].map((agent) => ({ agent, thread })),
    ),
    ({ agent }) => agent,
  );
  const childrenOf = groupBy(links.values(), (link) => link.parentId);
  for (const child of threads) {
    if (links.has(child.id)) continue;
    const { from: speaker, to: listener } = child.first;
    const candidates = (addressedIn.get(speaker) ?? []).flatMap(({ thread }) => {
      if (thread.place >= child.place) return [];
      const addressed = lastBefore(thread, child.first.at, (hop) => hop.to === speaker);
      if (addressed === undefined || child.first.at - addressed.at > HAND_ON_WINDOW_MS) return [];
      const isOwn = byId.get(rootOf(thread.id, links))?.first.from === speaker;
      const isBusy = (childrenOf.get(thread.id) ?? []).some((link) =>
        isWaitingFor(byId.get(link.threadId), thread, { speaker, at: child.first.at }),
      );
      const hasAnswered = isAnswered(thread, byId.get(links.get(thread.id)?.parentId ?? ''), {
        addressed,
        at: child.first.at,
      });
      return isOwn || isBusy || hasAnswered ? [] : [{ thread, addressed }];
    });
    const last = candidates.toSorted((a, b) => b.addressed.at - a.addressed.at)[0];
    if (last === undefined) continue;
    const link: HopLink = {
      threadId: child.id,
      parentId: last.thread.id,
      why: last.thread.first.from === listener ? 'reply' : 'handed-on',
      isCertain: candidates.length === 1,
      messageId: last.addressed.messageId,
    };
    links.set(child.id, link);
    childrenOf.set(link.parentId, [...(childrenOf.get(link.parentId) ?? []), link]);
  }
}

/** Whether the speaker has asked in the child and not been answered in the parent by then. */
function isWaitingFor(
  child: Thread | undefined,
  parent: Thread,
  by: { speaker: string; at: number },
): boolean {
  if (child === undefined || child.first.from !== by.speaker) return false;
  const ask = lastBefore(child, by.at, (hop) => hop.from === by.speaker);
  const answer = lastBefore(
    parent,
    by.at,
    (hop) => hop.from === child.first.to && hop.to === by.speaker,
  );
  return ask !== undefined && (answer === undefined || answer.at < ask.at);
}

/** Whether the one addressed has since spoken to the thread's beginner, there or in its parent. */
function isAnswered(
  thread: Thread,
  parent: Thread | undefined,
  by: { addressed: Hop; at: number },
): boolean {
  const isAnswer = (hop: Hop) =>
    hop.from === by.addressed.to && hop.to === thread.first.from && hop.at >= by.addressed.at;
  const inParent = parent === undefined ? undefined : lastBefore(parent, by.at, isAnswer);
  return (inParent ?? lastBefore(thread, by.at, isAnswer)) !== undefined;
}

function lastBefore(thread: Thread, at: number, is: (hop: Hop) => boolean): Hop | undefined {
  return thread.hops.findLast((hop) => hop.at <= at && is(hop));
}

function rootOf(threadId: string, links: HopLinks): string {
  const seen = new Set<string>();
  let id = threadId;
  for (let link = links.get(id); link !== undefined && !seen.has(id); link = links.get(id)) {
    seen.add(id);
    id = link.parentId;
  }
  return id;
}

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
