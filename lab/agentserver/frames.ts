import type { Views } from './views.ts';
import { writeMessage } from './views.ts';
import type { LabEvent } from './world-types.ts';
import type { World } from './world.ts';

/** What goes over a socket for an event. A message has two forms: `/ws` and bare `/ws/messages`. */
export interface Frame {
  readonly control: Buffer;
  readonly bareMessage: Buffer | null;
}

type WriteTime = (instant: number) => string;

const SNAPSHOT_THREADS = 100;

/** The snapshot a new `/ws` gets. */
export function writeGreeting(world: World, views: Views, writeTime: WriteTime): string {
  const newest = [...world.threads.values()].sort((a, b) => b.lastActivity - a.lastActivity);
  return JSON.stringify({
    event: 'connected',
    organism: views.organism(),
    agents: [...world.agents.values()].map((agent) => views.agent(agent, writeTime)),
    threads: newest.slice(0, SNAPSHOT_THREADS).map((thread) => views.thread(thread, writeTime)),
  });
}

/** Whether a snapshot would hold a time, which the recorded server could not write. */
export function hasTimes(world: World): boolean {
  const hasActed = [...world.agents.values()].some((agent) => agent.lastActivity !== null);
  return hasActed || world.threads.size > 0;
}

/** Serialised once, whatever the number of sockets. */
export function writeFrame(event: LabEvent, views: Views, writeTime: WriteTime): Frame {
  if (event.event === 'message') {
    const bare = writeMessage(event.message, event.message.payload.frameJson, writeTime);
    return {
      control: Buffer.from(`{"event":"message","message":${bare}}`),
      bareMessage: Buffer.from(bare),
    };
  }
  return {
    control: Buffer.from(JSON.stringify(describeEvent(event, views, writeTime))),
    bareMessage: null,
  };
}

function describeEvent(
  event: Exclude<LabEvent, { event: 'message' }>,
  views: Views,
  writeTime: WriteTime,
): Record<string, unknown> {
  switch (event.event) {
    case 'agent_state':
      return {
        event: event.event,
        agent: event.agent.member.name,
        state: event.agent.state,
        currentThread: event.agent.currentThread,
      };
    case 'thread_created':
      return { event: event.event, thread: views.thread(event.thread, writeTime) };
    case 'thread_updated':
      return {
        event: event.event,
        threadId: event.thread.id,
        status: event.thread.status,
        messageCount: event.thread.messageCount,
      };
    case 'error':
      return {
        event: event.event,
        threadId: event.threadId,
        agent: event.agent,
        error: event.error,
        timestamp: writeTime(event.at),
      };
    case 'reload':
      return {
        event: event.event,
        success: true,
        added: event.added,
        removed: event.removed,
        updated: event.updated,
      };
  }
}
