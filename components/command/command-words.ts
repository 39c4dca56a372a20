import type { Command, CommandState } from '#components/api/command.ts';

export interface CommandWords {
  readonly text: string;
  /** More, for the tip. */
  readonly detail: string | null;
  readonly isBad: boolean;
}

const NOUNS: Record<Command['kind'], string> = {
  kill: 'Kill',
  pause: 'Pause',
  resume: 'Resume',
  inject: 'Message',
  reload: 'Reload',
  stop: 'Stop',
  'start-run': 'Start',
  'watch-run': 'Handover',
  'stop-run': 'Stop',
  'answer-approval': 'Answer',
  'steer-run': 'Steering',
};

/**
 * What is known of a command, in one sentence.
 * @param isShown whether the live picture shows it done; null where no event tells
 */
export function commandWords(state: CommandState, isShown: boolean | null): CommandWords | null {
  if (state.kind === 'idle') return null;
  const noun = NOUNS[state.command.kind];
  switch (state.kind) {
    case 'sending':
      return { text: `${noun}: sending`, detail: null, isBad: false };
    case 'requested':
      return { text: `${noun} ${requestedWords(isShown)}`, detail: null, isBad: false };
    case 'refused':
      return { text: `${noun} refused: ${state.detail}`, detail: state.detail, isBad: true };
    case 'unknown':
      return {
        text: `${noun}: outcome unknown. It may have been done; it is not sent again by itself.`,
        detail: state.detail,
        isBad: true,
      };
  }
}

function requestedWords(isShown: boolean | null): string {
  if (isShown === true) return 'requested, and done';
  if (isShown === null) return 'requested';
  return 'requested, waiting for the organism to show it';
}
