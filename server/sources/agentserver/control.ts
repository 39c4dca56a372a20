import type { ControlCommand, ControlOutcome } from '../source.ts';
import type { RestClient } from '../upstream/rest-client.ts';
import { namePath } from './name-path.ts';

/** What an AgentServer can be asked. */
export const AGENTSERVER_COMMANDS = [
  'inject',
  'kill',
  'pause',
  'resume',
  'reload',
  'stop',
] as const satisfies readonly ControlCommand['kind'][];

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
      return postTo(rest, namePath('/threads', command.threadId, 'kill'));
    case 'pause':
    case 'resume':
      return postTo(rest, namePath('/agents', command.agent, command.kind));
    case 'reload':
    case 'stop':
      return rest.post(`/organism/${command.kind}`, undefined);
    case 'start-run':
    case 'ask':
    case 'watch-run':
    case 'stop-run':
    case 'answer-approval':
    case 'steer-run':
      return Promise.resolve({ kind: 'not-sent', reason: 'an AgentServer has no runs' });
  }
}

function postTo(rest: RestClient, path: string | null): Promise<ControlOutcome> {
  if (path !== null) return rest.post(path, undefined);
  return Promise.resolve({ kind: 'not-sent', reason: 'nothing upstream can have that name' });
}
