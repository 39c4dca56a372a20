'use client';

import { type CommandState, isCommandShown } from '#components/api/command.ts';
import { useLive } from '#components/live/use-live.ts';

/** Whether the live picture shows what was asked for; null where nothing was asked or no event tells. */
export function useCommandShown(state: CommandState): boolean | null {
  return useLive((organism) =>
    state.kind === 'requested' ? isCommandShown(state, organism) : null,
  );
}
