import { setImmediate as nextTurn } from 'node:timers/promises';

/** Of a list, written between two turns of the event loop: about a millisecond's work. */
const SLICE_ITEMS = 100;

/**
 * `JSON.stringify` of an object with long lists, a slice at a time: a live picture is megabytes, and
 * nobody is served while it is written in one go. Nothing of it may change meanwhile.
 */
export async function stringifyInTurns(value: object): Promise<string> {
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    const json = Array.isArray(field) ? await stringifyList(field) : stringify(field);
    if (json !== undefined) fields.push(`${JSON.stringify(name)}:${json}`);
  }
  return `{${fields.join(',')}}`;
}

async function stringifyList(list: readonly unknown[]): Promise<string> {
  const slices: string[] = [];
  for (let start = 0; start < list.length; start += SLICE_ITEMS) {
    if (start > 0) await nextTurn();
    slices.push(JSON.stringify(list.slice(start, start + SLICE_ITEMS)).slice(1, -1));
  }
  return `[${slices.join(',')}]`;
}

/** What is undefined has no JSON, whatever the types of the platform say. */
function stringify(value: unknown): string | undefined {
  return JSON.stringify(value);
}
