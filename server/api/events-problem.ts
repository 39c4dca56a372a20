import type { EventBody, PushedInputs } from '../ingest/event-body.ts';
import { Problem } from './problem.ts';

/** @throws Problem when nothing of the text can be read */
export function inputsOf(body: EventBody): PushedInputs {
  if (body.ok) return body;
  throw new Problem(body.reason === 'too-large' ? 'too-large' : 'bad-request', body.detail);
}

export function tooMuchHeld(): Problem {
  return new Problem('unavailable', 'Too much is being taken in; send it again');
}
