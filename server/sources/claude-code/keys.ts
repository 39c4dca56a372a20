import { clip, within } from '../drafts.ts';

/**
 * Names and keys that Claude Code's telemetry, its hooks and its transcripts have in common, so that
 * what several of them tell is one event.
 */

export const CLAUDE_CODE = 'claude-code';

export function promptKey(session: string, promptId: string): string {
  return clip(`prompt:${session}:${promptId}`);
}

export function usageKey(session: string, requestId: string): string {
  return clip(`usage:${within(session, requestId)}`);
}

export function answerKey(session: string, requestId: string): string {
  return clip(`response:${within(session, requestId)}`);
}

export function toolCallKey(session: string, callId: string): string {
  return clip(`tool-call:${within(session, callId)}`);
}

export function toolResultKey(session: string, callId: string): string {
  return clip(`tool-result:${within(session, callId)}`);
}

export function toolErrorKey(session: string, callId: string): string {
  return clip(`hook-error:${within(session, callId)}`);
}

/** @param attempt the same request may fail again and again */
export function apiErrorKey(session: string, request: string, attempt: string | null): string {
  return clip(`error:${session}:${request}:${attempt ?? ''}`);
}

/** A sub-agent, by its kind where that is known. */
export function childName(kind: string | null, agentId: string): string {
  return clip(`${kind ?? 'subagent'} ${agentId}`);
}
