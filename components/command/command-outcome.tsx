'use client';

import type { CommandState } from '#components/api/command.ts';

import { commandWords } from './command-words.ts';
import { useCommandShown } from './use-command-shown.ts';

/** What became of the last command: announced, and corrected by the events that follow. */
export function CommandOutcome({ state }: { state: CommandState }) {
  const words = commandWords(state, useCommandShown(state));
  return (
    <output className="max-w-120 text-table empty:hidden" data-tip={words?.detail ?? undefined}>
      {words !== null && (
        <span className={words.isBad ? 'text-error' : 'text-ink-2'}>{words.text}</span>
      )}
    </output>
  );
}
