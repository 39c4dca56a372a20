import { createRandom } from '#lab/agentserver/random.ts';
import { createModelstatStory } from '#lab/modelstat/story.ts';

/** Characters of what a call carries: the SDK's own cut of an excerpt, and a full turn. */
const TEXT_CHARS = { excerpt: 320, raw: 1600 };
const SESSION_MS = 2000;

export type ModelstatForm = keyof typeof TEXT_CHARS;

/** Batches as a program with the SDK posts them one after the other; each device has ids of its own. */
export function createModelstatBatches(
  form: ModelstatForm,
  of: { readonly device: string; readonly events: number; readonly batch: number },
): string[] {
  const story = createModelstatStory(createRandom(7), of.device);
  const startedAt = Date.now();
  const batches: string[] = [];
  for (let sent = 0; sent < of.events; sent += of.batch) {
    const count = Math.min(of.batch, of.events - sent);
    const batch = story.nextBatch(count, startedAt + batches.length * SESSION_MS);
    batches.push(
      JSON.stringify(batch, (field, value: unknown) =>
        field === 'content_excerpt' ? lengthen(String(value), TEXT_CHARS[form]) : value,
      ),
    );
  }
  return batches;
}

function lengthen(text: string, chars: number): string {
  return `${text} `.repeat(Math.ceil(chars / (text.length + 1))).slice(0, chars);
}
