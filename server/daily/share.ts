import { setFlagsFromString } from 'node:v8';

import { isRecord } from '#organism/record.ts';

import type { CallColumns } from './call-columns.ts';
import { createClaudeCodeFinder } from './claude-code-calls.ts';
import { createCodexFinder } from './codex-calls.ts';
import type { CallFinder } from './found-call.ts';

const FINDERS = {
  'claude-code': createClaudeCodeFinder,
  codex: createCodexFinder,
} as const satisfies Readonly<Record<string, () => CallFinder>>;

/** What a folder of session files is of. */
export type SessionKind = keyof typeof FINDERS;

/** What several threads read together. */
export interface SharedWork {
  readonly kind: SessionKind;
  /** Files that one thread must read, in their order. */
  readonly groups: readonly (readonly string[])[];
  /** The group that nobody reads yet: whoever is done takes the next. */
  readonly next: SharedArrayBuffer;
}

/** What comes to a thread has no type; a schema would take as long to load as all else it needs. */
export function isSharedWork(value: unknown): value is SharedWork {
  if (!isRecord(value)) return false;
  const { kind, groups, next } = value;
  const isKind = typeof kind === 'string' && Object.hasOwn(FINDERS, kind);
  return isKind && Array.isArray(groups) && next instanceof SharedArrayBuffer;
}

export function readShare({ kind, groups, next }: SharedWork): CallColumns {
  // All is read before optimized code pays for being compiled. Not set any sooner: whatever is
  // loaded after it is compiled anew, because compiled code is kept for the flags it was made with.
  setFlagsFromString('--no-opt');
  const finder = FINDERS[kind]();
  const counter = new Int32Array(next);
  for (;;) {
    const group = groups[Atomics.add(counter, 0, 1)];
    if (group === undefined) return finder.found();
    for (const file of group) finder.read(file);
  }
}
