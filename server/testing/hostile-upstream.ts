import http from 'node:http';

import { WebSocketServer } from 'ws';

const DEPTH = 1_000_000;
const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);
const message = (id: string, payload: string): string =>
  `{"event":"message","message":{"id":${id},"threadId":"t","from":"a","to":"b","payloadType":"P","payload":${payload},"timestamp":"2026-11-21T03:00:00Z"}}`;

/** Frames no honest server sends; each is refused or kept as data, and nothing else is lost. */
export const HOSTILE_FRAMES: readonly string[] = [
  '',
  ' ',
  '\uFEFF{}',
  'null',
  '[]',
  '"text"',
  '{"event":',
  '{} {}',
  '{"event":"message"}',
  '{"event":"message","message":null}',
  '{"event":{"toString":null}}',
  '{"event":"agent_state","agent":["a"],"state":7}',
  '{"event":"agent_state","agent":"__proto__","state":"idle"}',
  '{"event":"agent_state","agent":"constructor","state":"no-such-state"}',
  '{"event":"thread_updated","threadId":"toString","status":"active","messageCount":1e400}',
  '{"event":"thread_updated","threadId":"t","status":"active","messageCount":-1}',
  '{"event":"a-newer-kind","anything":{"at":"all"}}',
  '{"__proto__":{"polluted":true},"event":"message"}',
  `{"event":"error","error":"${'x'.repeat(200_000)}"}`,
  message('"nan"', '{"score":NaN,"inf":-Infinity}'),
  message('"huge-number"', '{"n":1e400}'),
  message('"big-integer"', '{"n":9223372036854775807}'),
  message(
    '"pollute"',
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  ),
  message('"script"', '{"html":"<img src=x onerror=alert(1)>"}'),
  message('"surrogate \\ud800"', '{"lone":"\\ud800","nul":"\\u0000"}'),
  message('"nul\\u0000id"', '{}'),
  message('7', '{}'),
  message('""', '{}'),
  message(`"${'i'.repeat(5000)}"`, '{}'),
  message('"deep-array"', nested('[', ']', DEPTH)),
  message('"deep-object"', nested('{"a":', '}', 5000).replace('}', '1}')),
  message('"long"', `{"text":"${'lorem ipsum '.repeat(300_000)}"}`),
  message('"wide"', `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`),
  // Beyond what a frame may be: the socket is closed and dialled again.
  message('"ten-megabytes"', `{"text":"${'y'.repeat(10_000_000)}"}`),
];

const usageRow = (id: number, fields: string): string =>
  `{"id":${id},"timestamp":"2026-11-21T03:00:0${id}Z","threadId":"t","agentId":"a","model":"gpt-5","provider":"openai","latencyMs":1,"metadata":{},${fields}}`;
/** Row by row: each bad one is refused, the last is good. */
const HOSTILE_USAGE = [
  usageRow(
    1,
    '"promptTokens":4611686018427387904,"completionTokens":0,"totalTokens":4611686018427387904',
  ),
  usageRow(2, '"promptTokens":9223372036854775807,"completionTokens":1,"totalTokens":1'),
  usageRow(3, '"promptTokens":-5,"completionTokens":1,"totalTokens":-4'),
  usageRow(4, '"promptTokens":"12","completionTokens":1.5,"totalTokens":13'),
  usageRow(5, '"promptTokens":1,"completionTokens":1,"totalTokens":2,"estimatedCost":1e300'),
  usageRow(7, '"promptTokens":1e400,"completionTokens":1,"totalTokens":1'),
  usageRow(6, '"promptTokens":10,"completionTokens":2,"totalTokens":12,"estimatedCost":0.5'),
].join(',');

const HISTORY = `{"events":[${HOSTILE_USAGE}],"count":7,"total":7,"offset":0,"limit":100}`;
const empty = (list: string): string => `{"${list}":[],"count":0,"total":0,"offset":0,"limit":100}`;
const ORGANISM = '"name":"hostile","status":"running","agentCount":-1,"activeThreads":1e308';

/** Readings that get a connection made; only the bill is an attack. */
const SANE_REST: Readonly<Record<string, string>> = {
  '/api/v1/organism': `{${ORGANISM},"uptimeSeconds":9,"totalMessages":0}`,
  '/api/v1/agents': empty('agents'),
  '/api/v1/threads': empty('threads'),
  '/api/v1/messages': empty('messages'),
  '/api/v1/usage/threads':
    '{"threads":[{"threadId":"t","maxTokens":1e400,"totalTokens":-1}],"count":1}',
  '/api/v1/usage/history': HISTORY,
};

const HOSTILE_REST: Readonly<Record<string, string>> = {
  '/api/v1/organism': `{${ORGANISM},"uptimeSeconds":1e400}`,
  '/api/v1/agents': `{"agents":${nested('[', ']', DEPTH)},"count":1}`,
  '/api/v1/threads':
    '{"threads":[{"id":null},7,{"id":"__proto__","status":"active","participants":{}}]}',
  '/api/v1/messages': '<html>not JSON</html>',
  '/api/v1/usage': '{"usage":[]}',
  '/api/v1/usage/history': HISTORY.replace('"total":7', '"total":1e400'),
};

export interface HostileUpstream {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A server that sends the whole corpus to every socket; its readings are an attack too, or sane. */
export async function startHostileUpstream(kind: 'sockets' | 'readings'): Promise<HostileUpstream> {
  const rest = kind === 'sockets' ? SANE_REST : HOSTILE_REST;
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://upstream');
    response.setHeader('content-type', 'application/json');
    response.end(rest[pathname] ?? '{"detail":"no"}');
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    for (const frame of HOSTILE_FRAMES) socket.send(frame);
    socket.send(Buffer.from([0xff, 0xfe, 0x00]));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
