import type { EventDraft } from '#organism/event.ts';
import { parseBounded } from '#server/ingest/limits.ts';

import { clip } from '../drafts.ts';
import type { Endpoint, ReceivedRequest, ReceiverDeps, Reply } from '../receiver.ts';
import { jsonReply, refusal } from '../receiver.ts';
import type { Hook } from './hook-drafts.ts';
import { hookDrafts, readHook } from './hook-drafts.ts';
import { CLAUDE_CODE } from './keys.ts';

const PATH = '/hooks/claude-code';
/** A tool's input or output may be a file. */
const MAX_HOOK_BYTES = 8 << 20;

/**
 * Takes what Claude Code's HTTP hooks post. With a limit of tokens per session it also answers that
 * a session over it must stop. Hooks fail open: while Organoscope cannot be reached nothing stops.
 */
export function createClaudeCodeEndpoints(deps: ReceiverDeps): readonly Endpoint[] {
  async function receive({ body }: ReceivedRequest): Promise<Reply> {
    const parsed = parseBounded(body.toString('utf8'), {
      maxBytes: MAX_HOOK_BYTES,
      source: 'Claude Code hook',
    });
    if (!parsed.ok) return refusal(400, { detail: parsed.detail }, parsed);
    const hook = readHook(parsed.value);
    if (hook === null) {
      const detail = 'Claude Code hook: session_id and hook_event_name must be filled texts';
      return refusal(400, { detail }, { reason: 'invalid-event', detail });
    }
    const at = deps.now();
    const verdict = await judge(hook);
    await deps.deliver(CLAUDE_CODE, { drafts: [...hookDrafts(hook, at), ...verdict.drafts] });
    return jsonReply(200, verdict.answer);
  }

  async function judge(hook: Hook): Promise<Verdict> {
    const limit = deps.stopAtTokens;
    if (limit === null) return { answer: {}, drafts: [] };
    const used = await deps.threadTokens(CLAUDE_CODE, hook.session_id);
    const drafts = [budgetDraft(hook, limit, used, deps.now())];
    if (used < limit) return { answer: {}, drafts };
    const reason = `This session has used ${used} of the ${limit} tokens it may use (Organoscope).`;
    return { answer: stopAnswer(hook.hook_event_name, reason), drafts };
  }

  return [{ method: 'POST', path: PATH, maxBytes: MAX_HOOK_BYTES, receive }];
}

interface Verdict {
  readonly answer: object;
  readonly drafts: readonly EventDraft[];
}

/** Without the decision on the tool itself the loop would end, but only after the tool has run. */
function stopAnswer(event: string, reason: string): object {
  if (event === 'UserPromptSubmit') return { decision: 'block', reason };
  if (event !== 'PreToolUse') return {};
  return {
    continue: false,
    stopReason: reason,
    hookSpecificOutput: {
      hookEventName: event,
      permissionDecision: 'deny',
      permissionDecisionReason: reason,
    },
  };
}

function budgetDraft(hook: Hook, limit: number, used: number, at: number): EventDraft {
  return {
    type: 'budget',
    key: `budget:${clip(hook.session_id)}:${limit}:${used}`,
    occurredAt: at,
    threadId: clip(hook.session_id),
    maxTokens: limit,
    promptTokens: used,
    completionTokens: 0,
    totalTokens: used,
  };
}
