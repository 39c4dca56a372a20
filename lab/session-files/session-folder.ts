import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import type { Random } from '#lab/agentserver/random.ts';

import type { SessionScript, SessionStory, Writing } from './session-story.ts';

/** A folder that sessions are written into, several at once. */
export interface SessionFolder {
  /**
   * Takes one session a step further, or begins another.
   * @param at epoch milliseconds
   * @returns the bytes written
   */
  step(at: number): number;
  /** Writes sessions to their end, one after the other, until they have so many bytes. */
  fill(bytes: number, times: { readonly from: number; readonly to: number }): void;
}

/** Sessions at work at the same time. */
const AT_ONCE = 3;
/** Steps of a session that is written at once are so far apart, at most. */
const MAX_STEP_MS = 20_000;

export function createSessionFolder(
  folder: string,
  { story, random }: { readonly story: SessionStory; readonly random: Random },
): SessionFolder {
  const scripts: SessionScript[] = [];
  const known = new Set<string>();

  function write(writings: readonly Writing[]): number {
    let bytes = 0;
    for (const [name, text] of textsOf(writings)) {
      const file = path.join(folder, name);
      if (!known.has(path.dirname(file))) mkdirSync(path.dirname(file), { recursive: true });
      known.add(path.dirname(file));
      appendFileSync(file, text);
      bytes += Buffer.byteLength(text);
    }
    return bytes;
  }

  return {
    step(at) {
      if (scripts.length < AT_ONCE && (scripts.length === 0 || random.chance(0.1))) {
        scripts.push(story.begin(at));
      }
      const script = random.pick(scripts);
      const writings = script.next(at);
      if (writings.length === 0) scripts.splice(scripts.indexOf(script), 1);
      return write(writings);
    },
    fill(bytes, { from, to }) {
      for (let written = 0; written < bytes;) {
        let at = from + random.next() * (to - from);
        const script = story.begin(at);
        const writings: Writing[] = [];
        for (let next = script.next(at); next.length > 0; next = script.next(at)) {
          writings.push(...next);
          at += random.int(500, MAX_STEP_MS);
        }
        written += write(writings);
      }
    },
  };
}

function textsOf(writings: readonly Writing[]): Map<string, string> {
  const texts = new Map<string, string[]>();
  for (const { file, lines } of writings) {
    const own = texts.get(file) ?? [];
    for (const line of lines) own.push(line, '\n');
    texts.set(file, own);
  }
  return new Map([...texts].map(([file, parts]) => [file, parts.join('')]));
}
