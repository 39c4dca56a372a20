import { folderKind } from '#lab/session-files/folder-kind.ts';

import { createClaudeCodeStory } from './story.ts';

/** Claude Code on a developer's machine. */
export const claudeCodeKind = folderKind({
  name: 'claude-code',
  title: 'Claude Code',
  createStory: (random) => createClaudeCodeStory(random),
});
