import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Need } from './torture-test.ts';

/** Where root's tools are, whatever PATH a shell without root gives. */
const SYSTEM_DIRS = ['/usr/sbin', '/sbin'];

/** The first need this machine does not meet, in words; null when it meets all. */
export function findMissing(needs: readonly Need[]): string | null {
  for (const need of needs) {
    if (need === 'linux' && process.platform !== 'linux') return 'needs Linux';
    if (need === 'root' && process.getuid?.() !== 0) return 'needs root';
    if (typeof need !== 'object') continue;
    if ('files' in need && fileLimit() < need.files) return `needs ulimit -n ${need.files}`;
    if ('tool' in need && findTool(need.tool) === null) return `needs ${need.tool}`;
  }
  return null;
}

/** Node raises its own limit to the hard one when it starts. */
function fileLimit(): number {
  const hard = /^Max open files +\S+ +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

function findTool(tool: string): string | null {
  const dirs = [...(process.env['PATH'] ?? '').split(path.delimiter), ...SYSTEM_DIRS];
  return dirs.map((dir) => path.join(dir, tool)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
