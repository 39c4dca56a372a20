import { z } from 'zod';

import { subscribeFiltersSchema } from '#organism/agentserver/socket.ts';

import type { Control } from './control.ts';
import type { LabFaults } from './faults.ts';
import { readFilters } from './socket-filters.ts';
import type { LabSocket } from './sockets.ts';

export interface CommandDeps {
  readonly control: Control;
  readonly faults: LabFaults;
  /** Null means no authentication. */
  readonly key: string | null;
}

/** `deaf` and `cut` are the recorded server's ways of failing on what it cannot read. */
export type CommandOutcome = 'answered' | 'deaf' | 'cut';

const commandSchema = z.looseObject({ cmd: z.string().default('') });
const injectSchema = z.object({
  to: z.string().nullish(),
  payload: z.record(z.string(), z.unknown()).default({}),
  thread_id: z.string().nullish(),
  token: z.unknown().optional(),
});
const messageFilterSchema = z.object({
  filter: subscribeFiltersSchema.omit({ events: true }).loose().nullish(),
});

export function answerCommand(
  deps: CommandDeps,
  socket: LabSocket,
  text: string | null,
): CommandOutcome {
  const value = text === null ? undefined : parseJson(text);
  if (value === undefined) return refuse(deps, socket, { text: 'Invalid JSON', failure: 'deaf' });
  const command = commandSchema.safeParse(value);
  if (!command.success) return refuseShape(deps, socket);
  const { cmd } = command.data;
  if (cmd === 'subscribe') return subscribe(deps, socket, command.data);
  if (cmd === 'inject' && socket.endpoint === 'control') return inject(deps, socket, command.data);
  return reply(socket, { event: 'error', error: `Unknown command: ${cmd}` });
}

function subscribe(deps: CommandDeps, socket: LabSocket, command: object): CommandOutcome {
  if (socket.endpoint === 'control') {
    const filters = subscribeFiltersSchema.safeParse(command);
    if (!filters.success) return refuseShape(deps, socket);
    socket.filters = readFilters(filters.data);
    return reply(socket, { event: 'subscribed', filters: command });
  }
  const parsed = messageFilterSchema.safeParse(command);
  if (!parsed.success) return refuseShape(deps, socket);
  const filter = parsed.data.filter ?? {};
  socket.filters = readFilters(filter);
  return reply(socket, { event: 'subscribed', filter });
}

function inject(deps: CommandDeps, socket: LabSocket, command: object): CommandOutcome {
  const parsed = injectSchema.safeParse(command);
  if (!parsed.success) return refuseShape(deps, socket);
  const { to, payload, thread_id: threadId, token } = parsed.data;
  if (deps.key !== null && token !== deps.key) {
    return reply(socket, { event: 'error', error: 'Authentication required for inject' });
  }
  if (to === undefined || to === null || to === '') {
    return reply(socket, { event: 'error', error: "Missing 'to' field" });
  }
  const injected = deps.control.inject({ to, payload, threadId: threadId ?? null });
  if (injected === null) return reply(socket, { event: 'error', error: `Unknown agent: ${to}` });
  return reply(socket, {
    event: 'injected',
    thread_id: injected.threadId,
    message_id: injected.messageId,
  });
}

function refuseShape(deps: CommandDeps, socket: LabSocket): CommandOutcome {
  return refuse(deps, socket, { text: 'Invalid command', failure: 'cut' });
}

function refuse(
  { faults }: CommandDeps,
  socket: LabSocket,
  refusal: { text: string; failure: 'deaf' | 'cut' },
): CommandOutcome {
  if (faults.has('zombie-sockets')) return refusal.failure;
  return reply(socket, { event: 'error', error: refusal.text });
}

function reply(socket: LabSocket, frame: Record<string, unknown>): CommandOutcome {
  socket.send(JSON.stringify(frame));
  return 'answered';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
