import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { BenchSection } from './section.ts';

const FOLDER = path.join(import.meta.dirname, 'sections');

/** By file name, which is what `--only` asks for. */
export async function loadSections(): Promise<ReadonlyMap<string, BenchSection>> {
  const files = globSync('*.ts', { cwd: FOLDER }).sort();
  const sections = new Map<string, BenchSection>();
  for (const file of files) {
    const url = pathToFileURL(path.join(FOLDER, file)).href;
    const { section } = (await import(url)) as { section?: BenchSection };
    if (section === undefined) throw new Error(`bench/sections/${file} exports no section`);
    sections.set(path.basename(file, '.ts'), section);
  }
  return sections;
}

/** @throws RangeError naming what is not there */
export function chooseSections(
  all: ReadonlyMap<string, BenchSection>,
  only: readonly string[] | null,
): readonly (readonly [string, BenchSection])[] {
  for (const name of only ?? []) {
    if (all.has(name)) continue;
    throw new RangeError(`--only: expected some of ${[...all.keys()].join(', ')}, got "${name}"`);
  }
  return [...all].filter(([name]) => only === null || only.includes(name));
}
