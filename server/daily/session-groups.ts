import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { ROLLOUT_FILE, threadInName } from '#server/sources/codex/names.ts';

import type { SessionKind } from './share.ts';

const PATTERNS: Readonly<Record<SessionKind, RegExp>> = {
  'claude-code': /\.jsonl$/,
  codex: ROLLOUT_FILE,
};

export interface SessionGroups {
  /** Files that one thread must read, in their order; the largest groups first. */
  readonly groups: readonly (readonly string[])[];
  readonly bytes: number;
}

/** @throws the file system's error for a folder that cannot be listed */
export function listGroups(kind: SessionKind, root: string): SessionGroups {
  const groups = new Map<string, { files: string[]; bytes: number }>();
  let bytes = 0;
  for (const file of listFiles(root, PATTERNS[kind]).sort()) {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    // Files of one Codex thread count on from each other.
    const name = kind === 'codex' ? threadInName(file) : file;
    const group = groups.get(name) ?? { files: [], bytes: 0 };
    group.files.push(file);
    group.bytes += size;
    groups.set(name, group);
    bytes += size;
  }
  const bySize = [...groups.values()].sort((a, b) => b.bytes - a.bytes);
  return { groups: bySize.map(({ files }) => files), bytes };
}

/** By folders, which is several times as quick as the recursive listing of Node. */
function listFiles(root: string, pattern: RegExp): string[] {
  const files: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const place = `${folder}${path.sep}${entry.name}`;
      if (entry.isDirectory()) folders.push(place);
      else if (entry.isFile() && pattern.test(entry.name)) files.push(place);
    }
  }
  return files;
}
