import { z } from 'zod';

import {
  injectCommandSchema,
  subscribeCommandSchema,
  subscribeFiltersSchema,
} from '#organism/agentserver/socket.ts';
import type { OrganismState } from '#organism/state.ts';

import type { Commands } from '../api/commands.ts';
import {
  agentInfo,
  findAgent,
  listAgents,
  newestThreads,
  organismInfo,
} from '../api/contract-views.ts';
import { MAX_JSON_DEPTH, jsonDepth } from '../safety/json-depth.ts';
import type { Channel } from './channel.ts';
import { issuesOf, parseJson } from './command-text.ts';
import type { ContractBatch, ContractDialect } from './contract-frames.ts';
import type { SocketSession } from './live-session.ts';
import type { Filter } from './socket-filters.ts';
import { createFilter, passAll } from './socket-filters.ts';
import type { SocketPort } from './socket-port.ts';
import { textFrame } from './text-frame.ts';

/** Unsent bytes a contract client may have: its dialect has no reset, so beyond this it is ended. */
const MAX_UNSENT_BYTES = 4 << 20;

export interface ContractSessionDeps {
  readonly socket: SocketPort;
  readonly channel: Channel;
  readonly now: () => number;
  readonly commands: Commands;
  /** How this socket may control, judged anew for each command. */
  readonly actorOf: (token: string | null | undefined) => 'key' | 'session' | null;
  readonly onSlow: () => void;
}

const commandSchema = z.looseObject({ cmd: z.string().catch('') });
const messagesSubscribeSchema = z.object({
  cmd: z.literal('subscribe'),
  filter: subscribeFiltersSchema.omit({ events: true }).nullish(),
});

/** `/ws` in the contract's own dialect: a snapshot, then one event per frame. */
export function createContractSession(deps: ContractSessionDeps): SocketSession {
  const { socket, channel } = deps;
  const stream = openStream(deps, 'contract');
  channel.flush();
  socket.write([textFrame(connectedFrame(channel.state, deps.now()))]);
  stream.start();

  function subscribe(raw: unknown): void {
    const command = subscribeCommandSchema.safeParse(raw);
    if (!command.success) return stream.sayError(`Invalid subscribe: ${issuesOf(command.error)}`);
    channel.flush();
    stream.setFilter(createFilter(command.data));
    stream.say({ event: 'subscribed', filters: raw });
  }

  async function inject(raw: unknown): Promise<void> {
    const token = tokenSchema.safeParse(raw);
    const actor = deps.actorOf(token.success ? token.data.token : null);
    if (actor === null) return stream.sayError('Authentication required for inject');
    const command = injectCommandSchema.safeParse(raw);
    if (!command.success) {
      const isUnaddressed = command.error.issues.some(({ path }) => path[0] === 'to');
      return stream.sayError(
        isUnaddressed ? "Missing 'to' field" : `Invalid inject: ${issuesOf(command.error)}`,
      );
    }
    const { to, payload, thread_id: threadId } = command.data;
    if (findAgent(channel.state, to) === null) return stream.sayError(`Unknown agent: ${to}`);
    const reply = await deps.commands.send(
      channel.state,
      { kind: 'inject', to, payload, threadId: threadId ?? null },
      actor,
    );
    const receipt = injectedSchema.safeParse(reply.body);
    if (reply.status === 200 && receipt.success) {
      const { threadId: thread_id, messageId: message_id } = receipt.data;
      stream.say({ event: 'injected', thread_id, message_id });
    } else stream.sayError(detailOf(reply.body));
  }

  return {
    onText(text) {
      if (stream.hasEnded()) return;
      const command = readCommand(text);
      if (command === null) return stream.sayError('Invalid JSON');
      const { cmd, raw } = command;
      if (cmd === 'subscribe') return subscribe(raw);
      if (cmd !== 'inject') return stream.sayError(`Unknown command: ${cmd}`);
      inject(raw).catch(() =>
        stream.sayError('The command could not be recorded; it was not sent'),
      );
    },
    onBeat: stream.onBeat,
    onClosed: stream.stop,
  };
}

/** `/ws/messages`: no snapshot, no envelope. */
export function createMessagesSession(deps: ContractSessionDeps): SocketSession {
  const stream = openStream(deps, 'messages');
  deps.channel.flush();
  stream.start();
  return {
    onText(text) {
      if (stream.hasEnded()) return;
      const said = readCommand(text);
      if (said === null) return stream.sayError('Invalid JSON');
      if (said.cmd !== 'subscribe') return stream.sayError(`Unknown command: ${said.cmd}`);
      const command = messagesSubscribeSchema.safeParse(said.raw);
      if (!command.success) return stream.sayError(`Invalid subscribe: ${issuesOf(command.error)}`);
      deps.channel.flush();
      stream.setFilter(createFilter(command.data.filter ?? {}));
      stream.say({ event: 'subscribed', filter: command.data.filter ?? {} });
    },
    onBeat: stream.onBeat,
    onClosed: stream.stop,
  };
}

function openStream({ socket, channel, onSlow }: ContractSessionDeps, dialect: ContractDialect) {
  let passes = passAll;
  let membership: ReturnType<Channel['joinContract']> | null = null;
  let isEnded = false;
  /** Ends who does not read, be it news or answers to commands. */
  function hasEnded(): boolean {
    if (!isEnded && socket.unsentBytes() > MAX_UNSENT_BYTES) {
      isEnded = true;
      onSlow();
      membership?.leave();
      socket.close('tooSlow');
    }
    return isEnded;
  }
  function onBatch(batch: ContractBatch): void {
    if (hasEnded()) return;
    const wire = batch.wireFor(dialect, passes);
    if (wire !== null) socket.write([wire]);
  }
  const say = (body: object): void => {
    // A reply comes after what happened before it, and a new filter after what the old one took.
    channel.flush();
    socket.write([textFrame(JSON.stringify(body))]);
  };
  return {
    start: () => {
      membership = channel.joinContract({ onBatch });
    },
    stop: () => membership?.leave(),
    hasEnded,
    setFilter: (filter: Filter) => {
      passes = filter;
    },
    say,
    sayError: (error: string): void => say({ event: 'error', error }),
    /** The dialect has no heartbeat of its own: pings keep it alive. */
    onBeat: () => channel.flush(),
  };
}

function connectedFrame(state: OrganismState, now: number): string {
  return JSON.stringify({
    event: 'connected',
    organism: organismInfo(state, now),
    agents: listAgents(state).map(agentInfo),
    threads: newestThreads(state),
  });
}

const tokenSchema = z.object({ token: z.string().nullish() });
const injectedSchema = z.object({ threadId: z.string(), messageId: z.string() });
const detailSchema = z.object({ detail: z.string() });

function detailOf(body: unknown): string {
  const parsed = detailSchema.safeParse(body);
  return parsed.success ? parsed.data.detail : 'The upstream refused the command';
}

/** What a client asks for, `cmd` empty where it names nothing; null: not JSON, or too deep to be echoed. */
function readCommand(text: string): { readonly cmd: string; readonly raw: unknown } | null {
  const raw = jsonDepth(text) > MAX_JSON_DEPTH ? undefined : parseJson(text);
  if (raw === undefined) return null;
  const parsed = commandSchema.safeParse(raw);
  return { cmd: parsed.success ? parsed.data.cmd : '', raw };
}
