/** `gen_ai.input.messages` and its like: JSON in text on spans, structure on log records. */

const USER_ROLES: ReadonlySet<unknown> = new Set(['user', 'human']);

/** A text that holds JSON becomes what it holds; anything else stays. Null: there is nothing. */
export function parsed(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') return value;
  const first = value.trimStart().slice(0, 1);
  if (first !== '[' && first !== '{') return value;
  try {
    const json: unknown = JSON.parse(value);
    return json;
  } catch {
    return value;
  }
}

/** The last turn of the input, when a person spoke: all before it is history told again. */
export function newTurn(value: unknown): unknown {
  const messages = parsed(value);
  if (!Array.isArray(messages)) return null;
  const last: unknown = messages.at(-1);
  const isPerson =
    typeof last === 'object' && last !== null && 'role' in last && USER_ROLES.has(last.role);
  return isPerson ? last : null;
}
