import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';

import type { Defer } from '../../bench/cleanup.ts';

/** A file system of a test's own; it is gone with the test. */
export interface Mount {
  readonly dir: string;
  unmount(): void;
}

/** Makes an ext4 file system inside a file, which takes only the room that is used. */
export function makeImage(file: string, mebibytes: number): void {
  writeFileSync(file, '');
  truncateSync(file, mebibytes << 20);
  run('mkfs.ext4', ['-q', '-F', file]);
}

export function mountImage(file: string, dir: string, defer: Defer): Mount {
  return mount(['-o', 'loop,noatime', file], dir, defer);
}

export function mountMemory(dir: string, mebibytes: number, defer: Defer): Mount {
  return mount(['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs'], dir, defer);
}

/** Gives a file system in memory another size while it is in use. */
export function resizeMemory({ dir }: Pick<Mount, 'dir'>, mebibytes: number): void {
  run('mount', ['-o', `remount,size=${mebibytes}m`, dir]);
}

/**
 * What a disk holds at this moment, as a power cut would leave it: what the file system under the
 * mount has not written to it is not there. Nobody may write to the mount meanwhile.
 */
export function copyImage(from: string, to: string): void {
  run('cp', ['--sparse=always', from, to]);
}

function mount(args: readonly string[], dir: string, defer: Defer): Mount {
  mkdirSync(dir, { recursive: true });
  run('mount', [...args, dir]);
  let isMounted = true;
  const unmount = (): void => {
    if (!isMounted) return;
    isMounted = false;
    run('umount', [dir]);
  };
  defer(unmount);
  return { dir, unmount };
}

function run(tool: string, args: readonly string[]): void {
  execFileSync(tool, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
