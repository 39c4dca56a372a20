import { expect, it } from 'vitest';

import type { CommandState } from '#components/api/command.ts';

import { commandWords } from './command-words.ts';

const command = { kind: 'pause', agent: 'planner' } as const;
const requested: CommandState = { kind: 'requested', command, answer: {} };

it('never says done before an event shows it', () => {
  expect(commandWords(requested, false)?.text).toMatch(/waiting for the organism/);
  expect(commandWords(requested, null)?.text).toBe('Pause requested');
  expect(commandWords(requested, true)?.text).toBe('Pause requested, and done');
});

it('says that an unknown outcome is unknown', () => {
  const words = commandWords({ kind: 'unknown', command, detail: 'no answer in 10 s' }, false);
  expect(words).toMatchObject({ isBad: true, detail: 'no answer in 10 s' });
  expect(words?.text).toMatch(/outcome unknown/);
});

it('has nothing to say before a command was given', () => {
  expect(commandWords({ kind: 'idle' }, null)).toBeNull();
});
