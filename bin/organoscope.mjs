#!/usr/bin/env node
// Plain JavaScript, so that an old Node reaches this check instead of failing on the first type.
// better-sqlite3 13 dies without a word on Node 20: never get that far.
const MINIMUM = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  process.stderr.write(
    `organoscope needs Node ${MINIMUM.join('.')} or newer; this is ${process.versions.node}. ` +
      'In a checkout, `npm start` runs it on the Node that `npm ci` installed.\n',
  );
  process.exit(1);
}

const { main } = await import('../server/main.ts');
await main(process.argv.slice(2), process.env);
