'use client';

import { type CommandState, isCommandShown } from '#components/api/command.ts';
import { useLive } from '#components/live/use-live.ts';

import { commandWords } from './command-words.ts';

/** What became of the last command: announced, and corrected by the events that follow. */
export function CommandOutcome({ state }: { state: CommandState }) {
  const isShown = useLive((organism) =>
    state.kind === 'requested' ? isCommandShown(state, organism) : null,
  );
  const words = commandWords(state, isShown);
  return (
    <output className="max-w-120 text-table empty:hidden" data-tip={words?.detail ?? undefined}>
      {words !== null && (
        <span className={words.isBad ? 'text-error' : 'text-ink-2'}>{words.text}</span>
      )}
    </output>
  );
}
