import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { ROLLOUT_FILE, archiveOf, threadInName } from '#server/sources/codex/names.ts';

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

interface SizedFile {
  readonly file: string;
  readonly bytes: number;
}

/** @throws the file system's error for a folder that cannot be listed */
export function listGroups(kind: SessionKind, root: string): SessionGroups {
  const files = listFiles(root, PATTERNS[kind]).map(withSize);
  return groupsOf(kind === 'codex' ? withArchive(files, root) : files, (file) =>
    // Files of one Codex thread count on from each other.
    kind === 'codex' ? threadInName(file) : file,
  );
}

function groupsOf(files: readonly SizedFile[], nameOf: (file: string) => string): SessionGroups {
  const groups = new Map<string, { files: string[]; bytes: number }>();
  let bytes = 0;
  for (const each of files) {
    const name = nameOf(each.file);
    const group = groups.get(name) ?? { files: [], bytes: 0 };
    group.files.push(each.file);
    group.bytes += each.bytes;
    groups.set(name, group);
    bytes += each.bytes;
  }
  const bySize = [...groups.values()].sort((a, b) => b.bytes - a.bytes);
  return { groups: bySize.map((group) => group.files), bytes };
}

/** A session that is in both folders, as while it is moved, counts once, with what it has more. */
function withArchive(files: readonly SizedFile[], root: string): readonly SizedFile[] {
  const archive = archiveOf(root);
  if (archive === null || !existsSync(archive)) return files;
  const byName = new Map<string, SizedFile>();
  for (const each of [...listFiles(archive, PATTERNS.codex).map(withSize), ...files]) {
    const name = path.basename(each.file);
    const known = byName.get(name);
    if (known === undefined || known.bytes < each.bytes) byName.set(name, each);
  }
  const names = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  return names.map(([, each]) => each);
}

function withSize(file: string): SizedFile {
  return { file, bytes: statSync(file, { throwIfNoEntry: false })?.size ?? 0 };
}

/** In the order of their paths. By folders, which is several times as quick as the recursive listing of Node. */
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
  return files.sort();
}
