import type { ControlCommand, ControlOutcome } from '../source.ts';
import type { RestClient } from './rest-client.ts';

/** Sends one command, once: nothing here or below tries again. */
export function sendCommand(rest: RestClient, command: ControlCommand): Promise<ControlOutcome> {
  switch (command.kind) {
    case 'inject':
      return rest.post('/inject', {
        to: command.to,
        payload: command.payload,
        threadId: command.threadId ?? undefined,
      });
    case 'kill':
      return postTo(rest, '/threads', command.threadId, 'kill');
    case 'pause':
    case 'resume':
      return postTo(rest, '/agents', command.agent, command.kind);
    case 'reload':
    case 'stop':
      return rest.post(`/organism/${command.kind}`, undefined);
  }
}

function postTo(
  rest: RestClient,
  collection: string,
  name: string,
  action: string,
): Promise<ControlOutcome> {
  // A URL folds dot segments: such a name would address another route.
  if (name === '' || name === '.' || name === '..') {
    return Promise.resolve({
      kind: 'not-sent',
      reason: `no AgentServer can have the name "${name}"`,
    });
  }
  return rest.post(`${collection}/${encodeURIComponent(name)}/${action}`, undefined);
}
