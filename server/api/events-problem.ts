import type { EventBody, PushedInput } from '../ingest/event-body.ts';
import { Problem } from './problem.ts';

/** @throws Problem when nothing of the text can be read */
export function inputsOf(body: EventBody): readonly PushedInput[] {
  if (body.ok) return body.inputs;
  throw new Problem(body.reason === 'too-large' ? 'too-large' : 'bad-request', body.detail);
}

export function tooMuchHeld(): Problem {
  return new Problem('unavailable', 'Too much is being taken in; send it again');
}
