import { describe, expect, it } from 'vitest';

import { hookDrafts, readHook } from './hook-drafts.ts';

/** All hook events that the SDK's types name; each brings an event, and one nobody knows is kept. */

const KNOWN = [
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'Notification',
  'UserPromptSubmit',
  'UserPromptExpansion',
  'SessionStart',
  'SessionEnd',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'PreModelSwitch',
  'PostModelSwitch',
  'PermissionRequest',
  'PermissionDenied',
  'Setup',
  'TeammateIdle',
  'TaskCreated',
  'TaskCompleted',
  'Elicitation',
  'ElicitationResult',
  'ConfigChange',
  'WorktreeCreate',
  'WorktreeRemove',
  'InstructionsLoaded',
  'CwdChanged',
  'FileChanged',
  'DirectoryAdded',
  'MessageDisplay',
];
/** What every hook says anyway. */
const FACTS: ReadonlySet<string> = new Set(['organism', 'agent', 'thread_created']);
const AT = 1_795_228_149_535;

const told = (name: string, more: object = {}) => {
  const hook = readHook({
    session_id: 's1',
    hook_event_name: name,
    tool_name: 'Bash',
    tool_use_id: 'toolu_1',
    prompt_id: 'p1',
    novel: 'the-novel-part',
    ...more,
  });
  if (hook === null) throw new Error(`${name} cannot be read`);
  return hookDrafts(hook, AT);
};

describe('hook events', () => {
  it('are thirty-three', () => {
    expect(new Set(KNOWN).size).toBe(33);
  });

  it.each([...KNOWN, 'SomethingNovel'])(
    '%s says something, and the same when sent again',
    (name) => {
      const drafts = told(name);
      expect(drafts.filter(({ type }) => !FACTS.has(type))).not.toEqual([]);
      expect(told(name)).toEqual(drafts);
    },
  );

  it('that nobody knows are kept whole', () => {
    const raw = told('SomethingNovel').filter(({ type }) => type === 'raw');
    expect(raw).toMatchObject([{ name: 'SomethingNovel', payload: { novel: 'the-novel-part' } }]);
  });

  it('of a sub-agent are its own', () => {
    const drafts = told('SubagentStart', { agent_id: 'a1', agent_type: 'Explore' });
    expect(drafts).toContainEqual(
      expect.objectContaining({ type: 'agent', agent: 'Explore a1', parent: 'claude-code' }),
    );
    expect(drafts).toContainEqual(
      expect.objectContaining({ type: 'agent_state', agent: 'Explore a1', state: 'processing' }),
    );
  });

  it('without optional fields, or with null in them, are read alike', () => {
    const bare = { session_id: 's1', hook_event_name: 'PreToolUse' };
    const nulls = { ...bare, tool_name: null, agent_id: null, prompt_id: null, tool_input: null };
    const [one, other] = [readHook(bare), readHook(nulls)];
    if (one === null || other === null) throw new Error('a hook cannot be read');
    const kinds = (hook: typeof one) => hookDrafts(hook, AT).map(({ type }) => type);
    expect(kinds(one)).toEqual(kinds(other));
  });

  it.each(['UserPromptSubmit', 'Stop', 'SubagentStop', 'PreToolUse', 'PostToolUse', 'StopFailure'])(
    'of a build that names no prompt, %s moves the agent again in the next turn',
    (name) => {
      const hook = readHook({ session_id: 's1', hook_event_name: name });
      if (hook === null) throw new Error(`${name} cannot be read`);
      const keysAt = (at: number) =>
        hookDrafts(hook, at).flatMap(({ type, key }) => (type === 'agent_state' ? [key] : []));
      expect(keysAt(AT)).toHaveLength(1);
      expect(keysAt(AT + 60_000)).not.toEqual(keysAt(AT));
    },
  );
});
