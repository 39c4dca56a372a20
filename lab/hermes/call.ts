import type { ServerResponse } from 'node:http';

/** A request that was let in. */
export interface LabCall {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string | null;
  readonly response: ServerResponse;
  /** As its header names it; empty where it names none. */
  readonly session: string;
}

/** Null: not a JSON object or list. */
export function parseBody({ body }: Pick<LabCall, 'body'>): object | null {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
