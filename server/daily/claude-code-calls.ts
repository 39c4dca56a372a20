import { parseInstant } from '#organism/instant.ts';
import { readAnswerLine } from '#server/sources/claude-code/answer-line.ts';
import type { Call } from '#server/sources/claude-code/call-schema.ts';
import { callOf, fuller, providerOf } from '#server/sources/claude-code/calls.ts';
import { CLAUDE_CODE } from '#server/sources/claude-code/keys.ts';

import { createChunkReader, linesWith } from './chunks.ts';
import type { CallFinder } from './found-call.ts';

/** In a line that counts tokens; in a text the quotes would be escaped. */
const MARKS = [Buffer.from('"output_tokens":')];

/** Calls in Claude Code's transcripts: an answer of several lines, or repeated, is one. */
export function createClaudeCodeFinder(): CallFinder {
  const readChunks = createChunkReader();
  const calls = new Map<string, Call>();

  function take(raw: string): void {
    const line = readAnswerLine(raw);
    if (line === null) return;
    const at = parseInstant(line.timestamp ?? '') ?? 0;
    const call = callOf(line, { session: line.sessionId ?? '', agent: CLAUDE_CODE, at });
    if (call === null) return;
    const key = `${call.messageId}:${call.requestId ?? ''}`;
    const known = calls.get(key);
    calls.set(key, known === undefined ? call : fuller(known, call));
  }

  return {
    read: (file) => readChunks(file, (lines) => linesWith(lines, MARKS).forEach(take)),
    found: () =>
      [...calls].map(([key, { at, model, tokens }]) => ({
        key,
        at,
        model,
        provider: providerOf(model),
        tokens,
      })),
  };
}
