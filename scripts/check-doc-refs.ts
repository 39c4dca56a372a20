/** Fails when a document names a file of ours that is gone. */
import { existsSync, globSync, readFileSync } from 'node:fs';

const PATH =
  /`((?:organism|db|server|components|app|lab|e2e|bench|docs|scripts|bin)\/[\w./[\]()-]+)`/g;

const documents = globSync(['*.md', 'docs/**/*.md']);
const missing = documents.flatMap((document) =>
  [...readFileSync(document, 'utf8').matchAll(PATH)]
    .map((match) => match[1] ?? '')
    .filter((path) => !existsSync(path))
    .map((path) => `${document}: ${path}`),
);

for (const line of missing) console.error(`names a file that is gone: ${line}`);
console.log(`${documents.length} documents checked, ${missing.length} broken references`);
process.exitCode = missing.length === 0 ? 0 : 1;
