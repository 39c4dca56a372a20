import { StoreError } from '#db/store.ts';

/** One thing wrong with a request, in the shape the contract's server uses for a 422. */
export interface FieldIssue {
  readonly type: string;
  /** Where: `['query', 'limit']`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input?: unknown;
  readonly ctx?: Readonly<Record<string, unknown>> | undefined;
}

export type ProblemCode =
  | 'bad-request'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'unsupported'
  | 'invalid'
  | 'unavailable'
  | 'disk-full';

/** An expected refusal: its detail is written for the caller. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string | readonly FieldIssue[];
  constructor(code: ProblemCode, detail: string | readonly FieldIssue[]) {
    super(typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '));
    this.name = 'Problem';
    this.code = code;
    this.detail = detail;
  }
}

const STATUS: Readonly<Record<ProblemCode, number>> = {
  'bad-request': 400,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  unsupported: 415,
  invalid: 422,
  unavailable: 503,
  'disk-full': 507,
};

/** What is not listed is ours to repair, not the caller's to repeat. */
const STORE_STATUS: Readonly<Partial<Record<string, number>>> = {
  'newer-schema': 503,
  'not-writable': 503,
  locked: 503,
  busy: 503,
  io: 503,
  closed: 503,
  'disk-full': 507,
};

const RETRY_AFTER_SECONDS = '5';

/** An answer before anyone has chosen how to send it. */
interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: Problem['detail'];
}

/** The one mapping from errors to answers. Null: unexpected, to be logged and said nothing about. */
export function problemAnswer(error: unknown): ProblemAnswer | null {
  if (error instanceof Problem) {
    const status = STATUS[error.code];
    // What is left of a body too large is not read: the connection ends with the answer.
    const headers = error.code === 'too-large' ? { connection: 'close' } : retryHeaders(status);
    return { status, headers, detail: error.detail };
  }
  if (error instanceof StoreError) {
    const status = STORE_STATUS[error.code] ?? 500;
    const detail = `The store cannot answer: ${error.code}`;
    return { status, headers: retryHeaders(status), detail };
  }
  return null;
}

export function problemResponse(error: unknown): Response | null {
  const answer = problemAnswer(error);
  if (answer === null) return null;
  const { status, headers, detail } = answer;
  return Response.json({ detail }, { status, headers });
}

function retryHeaders(status: number): Record<string, string> {
  return status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
}
