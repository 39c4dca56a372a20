import { parseInstant } from '#organism/instant.ts';
import { readAnswerLine } from '#server/sources/claude-code/answer-line.ts';
import { callOf, providerOf } from '#server/sources/claude-code/calls.ts';
import { CLAUDE_CODE } from '#server/sources/claude-code/keys.ts';

import { createCallTable } from './call-columns.ts';
import { createChunkReader, linesWith } from './chunks.ts';
import type { CallFinder } from './found-call.ts';

/** In a line that counts tokens; in a text the quotes would be escaped. */
const MARK = Buffer.from('"output_tokens":');

/** Calls in Claude Code's transcripts: an answer of several lines, or repeated, is one. */
export function createClaudeCodeFinder(): CallFinder {
  const readChunks = createChunkReader();
  const table = createCallTable();
  /** Of the last line that told a time. */
  let at = 0;

  function take(raw: string): void {
    const line = readAnswerLine(raw);
    if (line === null) return;
    at = parseInstant(line.timestamp ?? '') ?? at;
    const told = callOf(line, { session: line.sessionId ?? '', agent: CLAUDE_CODE, at });
    if (told === null) return;
    const model = fromBytes(told.model);
    const { tokens, cacheWrite1h } = told;
    const call = {
      at,
      model,
      provider: providerOf(model),
      tokens,
      cacheWrite1h: cacheWrite1h ?? 0,
    };
    table.addOnce(`${told.messageId}:${told.requestId ?? ''}`, call);
  }

  return {
    read(file) {
      at = 0;
      // As bytes a line takes half the memory, and less time to parse.
      readChunks(file, (lines) => {
        for (const [begin, end] of linesWith(lines, MARK))
          take(lines.toString('latin1', begin, end));
      });
    },
    found: () => table.columns(),
  };
}

/** What of a line is shown, in its own letters; ids of an API have none but ASCII's. */
function fromBytes(text: string): string {
  return /[^\0-\x7f]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}
