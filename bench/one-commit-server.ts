/**
 * The control for single POSTs: what a small dashboard server does with an event. One insert into a
 * table with four indexes, a commit of its own with `synchronous=NORMAL`, no check but of its JSON.
 */
import { createServer } from 'node:http';

import Database from 'better-sqlite3';

const db = new Database(process.argv[2] ?? ':memory:');
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.exec(`CREATE TABLE events (id INTEGER PRIMARY KEY, source TEXT, thread TEXT, type TEXT, at REAL, body TEXT);
  CREATE INDEX by_source ON events (source);
  CREATE INDEX by_thread ON events (thread);
  CREATE INDEX by_type ON events (type);
  CREATE INDEX by_time ON events (at);`);
const insert = db.prepare(
  'INSERT INTO events (source, thread, type, at, body) VALUES (?, ?, ?, ?, ?)',
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    const { agent, threadId, type, occurredAt } = JSON.parse(body) as Record<string, unknown>;
    insert.run(agent, threadId, type, occurredAt, body);
    const answer = '{"accepted":1}';
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': answer.length,
    });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`listening http://127.0.0.1:${address?.port}`);
});
process.once('SIGTERM', () => process.exit(0));
