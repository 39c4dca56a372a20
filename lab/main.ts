/** Starts an artificial organism: `npm run lab -- agentserver --port 8080 --rate 50 --seed 7`. */

import process from 'node:process';

const OLDEST = [22, 18] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(`Node ${OLDEST.join('.')} or newer is needed; this is ${process.version}.`);
  process.exit(1);
}

const { runLab } = await import('./cli.ts');
await runLab({
  args: process.argv.slice(2),
  write: (line) => console.log(line),
  writeError: (line) => console.error(line),
});
