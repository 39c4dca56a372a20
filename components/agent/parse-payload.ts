import { isRecord } from '#organism/record.ts';

export type ParsedPayload =
  | { readonly payload: Readonly<Record<string, unknown>>; readonly problem: null }
  | { readonly payload: null; readonly problem: string };

/** Reads what was typed as the payload of a message: the contract takes a JSON object. */
export function parsePayload(text: string): ParsedPayload {
  if (text.trim() === '') return wrong('Write a JSON object, for example {"text": "hello"}.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return wrong(`This is not JSON yet: ${error instanceof Error ? error.message : 'unreadable'}.`);
  }
  if (!isRecord(value)) {
    return wrong('The payload must be a JSON object in braces, not a list or a single value.');
  }
  return { payload: value, problem: null };
}

function wrong(problem: string): ParsedPayload {
  return { payload: null, problem };
}
