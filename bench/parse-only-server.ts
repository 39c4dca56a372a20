/** The control for modelstat's answer time: reads the batch as JSON, keeps nothing, answers. */
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { events } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { events: unknown[] };
    const answer = JSON.stringify({ accepted: events.length, queued: true });
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
