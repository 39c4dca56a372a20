import path from 'node:path';

import { clip } from '../drafts.ts';

/** How Codex's parts are called here, the same on both wires. */

export const CODEX = 'codex';
/** Its session files among the others of its folder. */
export const ROLLOUT_FILE = /^rollout-.*\.jsonl$/;
/** Where Codex moves sessions that were put away, beside the folder of the others. */
const ARCHIVE = 'archived_sessions';
/** Digits at the end of a thread's id are random, those at its start are a time. */
const CHILD_ID_CHARS = 8;
/** The organism is in the keys of its agents. */
const MAX_ORGANISM_CHARS = 120;

/** What the launcher knows and the stream does not say. */
export interface Launch {
  readonly organismId: string;
  /** Absolute; null when nobody said. */
  readonly cwd: string | null;
  readonly model: string | null;
  readonly provider: string | null;
}

/** A label, or the machine and the folder's name. */
export function organismIdOf(launch: {
  readonly label: string | null;
  readonly host: string;
  readonly cwd: string | null;
}): string {
  if (launch.label !== null) return launch.label.slice(0, MAX_ORGANISM_CHARS);
  const folder = launch.cwd?.split(/[/\\]/).findLast((part) => part !== '') ?? CODEX;
  return `${launch.host}/${folder}`.slice(0, MAX_ORGANISM_CHARS);
}

/** The folder of archived sessions that belongs to one of sessions; null for a folder of another name. */
export function archiveOf(folder: string): string | null {
  const whole = path.resolve(folder);
  return path.basename(whole) === 'sessions' ? path.join(path.dirname(whole), ARCHIVE) : null;
}

const THREAD_IN_NAME = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/;

/** The thread of a session file, before the file says it. */
export function threadInName(file: string): string {
  const stem = file.replace(/^.*[/\\]/, '').replace(/\.jsonl$/, '');
  return THREAD_IN_NAME.exec(file)?.[1] ?? clip(stem);
}

/** When a thread or a turn began: its id is a UUIDv7. Null for any other id. */
export function bornAtOf(id: string): number | null {
  const digits = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id);
  return digits === null ? null : Number.parseInt(`${digits[1]}${digits[2]}`, 16);
}

export function childName(threadId: string): string {
  return clip(`${CODEX} ${threadId.slice(-CHILD_ID_CHARS)}`);
}

/** Without the shell that Codex wraps around each command. */
export function shownCommand(command: string): string {
  const wrapped = /^\S*sh -l?c ([\s\S]+)$/.exec(command)?.[1];
  if (wrapped === undefined) return command;
  const quoted = /^'([\s\S]*)'$/.exec(wrapped)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(String.raw`'\''`, "'");
  const doubly = /^"([\s\S]*)"$/.exec(wrapped)?.[1];
  return doubly?.replaceAll(/\\(["\\$`])/g, '$1') ?? wrapped;
}

export function relativePath(path: string, cwd: string | null): string {
  if (cwd === null) return path;
  const folder = cwd.endsWith('/') ? cwd : `${cwd}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}
