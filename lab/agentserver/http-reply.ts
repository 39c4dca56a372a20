/** An answer before it is written: the body is text already. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };

export function json(value: unknown, status = 200): Reply {
  return { status, body: JSON.stringify(value), headers: JSON_TYPE };
}

/** For bodies put together from JSON text. */
export function jsonText(body: string): Reply {
  return { status: 200, body, headers: JSON_TYPE };
}

export function text(body: string, status: number): Reply {
  return { status, body, headers: TEXT_TYPE };
}

export function problem(status: number, detail: unknown, headers = {}): Reply {
  return { status, body: JSON.stringify({ detail }), headers: { ...JSON_TYPE, ...headers } };
}

export const notFound = (detail = 'Not Found'): Reply => problem(404, detail);
export const serverError = (): Reply => text('Internal Server Error', 500);
