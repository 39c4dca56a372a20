import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { HOUR_MS } from '#organism/durations.ts';

/** Which session files there are, and which have changed: by size and time, without reading any. */

export interface SessionFile {
  /** From the watched folder, with slashes; `../` in front of what lies besides. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Epoch milliseconds of the last change. */
  readonly changedAt: number;
}

export interface SessionFiles {
  /**
   * Files that are new or other than when they were last noted, oldest first.
   * @throws the file system's error when the folder cannot be listed
   */
  changed(): Promise<SessionFile[]>;
  /** Notes that a file was read at that size: it is not given again until it changes. */
  note(file: SessionFile): void;
  /** Files beyond the bound: not watched. */
  readonly ignored: number;
}

/** More than years of work; older ones are not watched. */
const MAX_FILES = 100_000;
/** A file that has not changed for so long is looked at with the full listing only. */
const HOT_MS = HOUR_MS;
/** Between two full listings: so many times as long as the last one took, within bounds. */
const LISTING_PAUSE = 100;
const MIN_LISTING_MS = 1000;
const MAX_LISTING_MS = 15_000;

/** @param watched names of files in the folders and all below them that the pattern fits */
export function createSessionFiles(
  watched: {
    readonly root: string;
    /** Need not be there; its files are the older ones. */
    readonly besides: string | null;
    readonly pattern: RegExp;
  },
  deps: { readonly elapsed: () => number; readonly now: () => number },
): SessionFiles {
  const { root, besides, pattern } = watched;
  const noted = new Map<string, number>();
  let hot = new Set<string>();
  let ignored = 0;
  let nextListingAt = Number.NEGATIVE_INFINITY;

  async function listAll(): Promise<string[]> {
    const older = besides === null ? [] : await list(besides).catch(noneWithoutFolder);
    const names = [...older, ...(await list(root))];
    ignored = Math.max(0, names.length - MAX_FILES);
    return names.slice(ignored);
  }

  async function list(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && pattern.test(entry.name))
      .map((entry) => nameOf(path.join(entry.parentPath, entry.name)))
      .sort();
  }

  /** What was at work lately, and what is beside it: new sessions begin in the same folders. */
  async function listHot(): Promise<string[]> {
    const names = new Set(hot);
    for (const folder of new Set([...hot].map((name) => path.posix.dirname(name)))) {
      // A folder that is gone, and the root above all, is told of by the full listing.
      for (const name of await readdir(path.join(root, folder)).catch(() => [])) {
        if (pattern.test(name)) names.add(path.posix.join(folder, name));
      }
    }
    return [...names].sort();
  }

  function nameOf(file: string): string {
    return path.relative(root, file).split(path.sep).join('/');
  }

  return {
    get ignored() {
      return ignored;
    },
    note: ({ name, size }) => void noted.set(name, size),
    async changed() {
      const beganAt = deps.elapsed();
      const isFull = beganAt >= nextListingAt;
      const names = isFull ? await listAll() : await listHot();
      if (isFull) {
        const pauseMs = (deps.elapsed() - beganAt) * LISTING_PAUSE;
        nextListingAt = beganAt + Math.min(MAX_LISTING_MS, Math.max(MIN_LISTING_MS, pauseMs));
      }
      const stillHot = new Set<string>();
      const files: SessionFile[] = [];
      for (const name of names) {
        const file = path.join(root, name);
        const facts = await stat(file).catch(() => null);
        if (facts === null) {
          noted.delete(name);
          continue;
        }
        if (deps.now() - facts.mtimeMs < HOT_MS) stillHot.add(name);
        const { size, mtimeMs: changedAt } = facts;
        if (noted.get(name) !== size) files.push({ name, path: file, size, changedAt });
      }
      hot = stillHot;
      return files;
    },
  };
}

/** @throws the error when it says something else */
function noneWithoutFolder(error: unknown): never[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}
