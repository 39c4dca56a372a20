import type { OrganismState } from '#organism/state.ts';

/** What a person may ask of an organism. */
export type Command =
  | { readonly kind: 'kill'; readonly threadId: string }
  | { readonly kind: 'pause' | 'resume'; readonly agent: string }
  | {
      readonly kind: 'inject';
      readonly to: string;
      readonly payload: Readonly<Record<string, unknown>>;
      readonly threadId?: string | null | undefined;
    }
  | { readonly kind: 'reload' | 'stop' };

export type CommandState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly command: Command }
  /** The upstream said yes. It only records: what happened shows in the events. */
  | {
      readonly kind: 'requested';
      readonly command: Command;
      readonly answer: Readonly<Record<string, unknown>>;
    }
  /** It was not done: wrong key, unknown target, or the upstream said no. */
  | {
      readonly kind: 'refused';
      readonly command: Command;
      readonly detail: string;
      readonly status: number;
    }
  /** Nobody can say whether it was done. It is never sent again by itself. */
  | { readonly kind: 'unknown'; readonly command: Command; readonly detail: string };

/** The contract's route and body for a command. */
export function commandRequest(command: Command): { path: string; body: unknown } {
  switch (command.kind) {
    case 'kill':
      return { path: `/threads/${encodeURIComponent(command.threadId)}/kill`, body: {} };
    case 'pause':
    case 'resume':
      return { path: `/agents/${encodeURIComponent(command.agent)}/${command.kind}`, body: {} };
    case 'inject':
      return {
        path: '/inject',
        body: { to: command.to, payload: command.payload, threadId: command.threadId ?? null },
      };
    case 'reload':
    case 'stop':
      return { path: `/organism/${command.kind}`, body: {} };
  }
}

/**
 * Whether the live picture shows what was asked for: until then views say "requested".
 * @returns null where no event tells
 */
export function isCommandShown(
  state: Extract<CommandState, { kind: 'requested' }>,
  organism: OrganismState,
): boolean | null {
  const { command, answer } = state;
  switch (command.kind) {
    case 'kill':
      return organism.threads.get(command.threadId)?.status === 'killed';
    case 'pause':
      return organism.agents.get(command.agent)?.state === 'paused';
    case 'resume': {
      const agent = organism.agents.get(command.agent);
      return agent !== undefined && agent.state !== 'paused';
    }
    case 'inject':
      return organism.recentMessages.some((message) => message.id === answer['messageId']);
    case 'stop':
      return organism.status === 'stopping' || organism.status === 'stopped';
    case 'reload':
      return null;
  }
}
