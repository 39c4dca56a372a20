import { folderKind } from '#lab/session-files/folder-kind.ts';

import { createCodexStory } from './story.ts';

/** Codex on a developer's machine. */
export const codexKind = folderKind({
  name: 'codex',
  title: 'Codex',
  createStory: (random) => createCodexStory(random, { spawns: true }),
});
