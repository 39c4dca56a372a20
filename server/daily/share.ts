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

export function readShare({ kind, groups, next }: SharedWork): CallColumns {
  const finder = FINDERS[kind]();
  const counter = new Int32Array(next);
  for (;;) {
    const group = groups[Atomics.add(counter, 0, 1)];
    if (group === undefined) return finder.found();
    for (const file of group) finder.read(file);
  }
}
