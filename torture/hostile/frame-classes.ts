import type { Random } from '#lab/agentserver/random.ts';

/** What must become of a frame: refused and counted, stored under its id, or either, but counted. */
type Fate = 'refused' | 'kept' | 'any';

export interface FrameClass {
  readonly name: string;
  readonly fate: Fate;
  /** Large ones are sent a few times only. */
  readonly isHeavy?: boolean | undefined;
  /** @param id of the message, where it is one */
  make(id: string, random: Random): string;
}

const TIME = '2026-11-21T03:00:00Z';
const repeat = (text: string, times: number): string => text.repeat(times);
const nested = (open: string, close: string, depth: number): string =>
  repeat(open, depth) + repeat(close, depth);

/** A message frame with any of its parts replaced by raw JSON. */
function message(id: string, parts: Readonly<Record<string, string>> = {}): string {
  const fields = {
    id: JSON.stringify(id),
    threadId: '"t"',
    from: '"a"',
    to: '"b"',
    payloadType: '"P"',
    payload: '{}',
    timestamp: `"${TIME}"`,
    ...parts,
  };
  const body = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
  return `{"event":"message","message":{${body.join(',')}}}`;
}

const event = (name: string, fields: string): string => `{"event":"${name}",${fields}}`;
const inPayload = (value: string) => (id: string) => message(id, { payload: `{"v":${value}}` });
const withPart = (name: string, value: string) => (id: string) => message(id, { [name]: value });

const refused = (name: string, make: FrameClass['make']): FrameClass => ({
  name,
  fate: 'refused',
  make,
});
const kept = (name: string, make: FrameClass['make']): FrameClass => ({ name, fate: 'kept', make });
const any = (name: string, make: FrameClass['make']): FrameClass => ({ name, fate: 'any', make });
const heavy = (known: FrameClass): FrameClass => ({ ...known, isHeavy: true });

const NO_JSON: readonly FrameClass[] = [
  refused('empty', () => ''),
  refused('whitespace', (_, random) => repeat(' \n\t', random.int(1, 50))),
  refused('byte order mark', () => '\uFEFF{}'),
  refused('truncated', (id, random) => {
    const whole = message(id);
    return whole.slice(0, random.int(1, whole.length - 1));
  }),
  refused('two documents', (id) => `${message(id)} ${message(id)}`),
  refused('NaN', inPayload('NaN')),
  refused('Infinity', inPayload('-Infinity')),
  refused('a leading zero', inPayload('007')),
  refused('single quotes', (id) => message(id).replaceAll('"', "'")),
  refused('a tail of garbage', (id, random) => message(id) + repeat('x', random.int(1, 999))),
  refused('depth 65', inPayload(nested('[', ']', 65))),
  refused('depth 5,000', inPayload(nested('[', ']', 5000))),
  heavy(refused('depth 1,000,000', inPayload(nested('[', ']', 1_000_000)))),
  heavy(refused('a million values', inPayload(`[${repeat('0,', 1_000_000)}0]`))),
];

const NO_EVENT: readonly FrameClass[] = [
  refused('a bare word', (_, random) => random.pick(['null', 'true', '7', '"text"', '1e400'])),
  refused(
    'an array of events',
    (id) => `[${Array.from({ length: 100 }, () => message(id)).join()}]`,
  ),
  refused('no event name', () => '{}'),
  refused('an object as event name', () => '{"event":{"toString":null}}'),
  refused('a message that is null', () => event('message', '"message":null')),
  refused('a message that is a list', () => event('message', '"message":[]')),
  refused('null everywhere', (id) =>
    message(id, { id: 'null', threadId: 'null', from: 'null', payload: 'null' }),
  ),
  refused('an empty id', withPart('id', '""')),
  refused('an id of 5,000 characters', (id) => message(repeat(id, 1000))),
  refused('an id that is a list', withPart('id', '["a"]')),
  refused('a time that is a number', withPart('timestamp', '1795262400000')),
  refused('a time that is none', withPart('timestamp', '"2026-13-45T99:99:99Z"')),
  refused('a time beyond all', withPart('timestamp', '"+275760-09-13T00:00:01Z"')),
  refused('a thread without id', () => event('thread_created', '"thread":{"id":null}')),
  refused('an agent that is a list', () => event('agent_state', '"agent":["a"],"state":"idle"')),
  refused('a state that is a number', () => event('agent_state', '"agent":"a","state":7')),
  refused('an error without text', () => event('error', '"error":{"a":1}')),
  refused('__proto__ as a message', () => '{"__proto__":{"polluted":true},"event":"message"}'),
];

const ODD_BUT_SOUND: readonly FrameClass[] = [
  kept('minus zero', inPayload('-0')),
  kept('2^53 + 1', inPayload('9007199254740993')),
  kept('2^62', inPayload('4611686018427387904')),
  kept('2^63 - 1', inPayload('9223372036854775807')),
  kept('1e400', inPayload('1e400')),
  kept('400 digits', inPayload(repeat('9', 400))),
  kept('numbers as text', withPart('slotIndex', '"12"')),
  kept('a negative slot', withPart('slotIndex', '-5')),
  kept('a slot of 2^62', withPart('slotIndex', '4611686018427387904')),
  kept('a payload that is text', withPart('payload', '"=cmd|calc"')),
  kept('a payload that is a list', withPart('payload', '[1,[2,[3]]]')),
  kept('__proto__ in a payload', inPayload('{"__proto__":{"polluted":true}}')),
  kept('constructor.prototype', inPayload('{"constructor":{"prototype":{"polluted":true}}}')),
  kept('names of Object', (id, random) => {
    const name = random.pick(['"__proto__"', '"constructor"', '"toString"', '"hasOwnProperty"']);
    return message(id, { threadId: name, from: name, to: name, payloadType: name });
  }),
  kept('duplicate keys', (id) => message(id).replace('"to":"b"', '"to":"x","to":"y"')),
  kept('unknown fields', (id) => message(id, { version: '99', extra: '{"deep":[{}]}' })),
  kept('ten years ago', withPart('timestamp', '"2016-11-21T00:00:00Z"')),
  kept('ten years on', withPart('timestamp', '"2036-11-21T00:00:00Z"')),
  kept('the year 0', withPart('timestamp', '"0000-01-01T00:00:00Z"')),
  kept('the year 9999', withPart('timestamp', '"9999-12-31T23:59:59.999999Z"')),
  kept('a script', inPayload('"<img src=x onerror=alert(1)><script>alert(2)</script>"')),
  kept('SQL', withPart('threadId', `"'; DROP TABLE journal; --"`)),
  kept('a path', withPart('payloadType', '"../../../../etc/passwd"')),
  kept('terminal escapes', inPayload('"\\u001b[2J\\u001b]0;x\\u0007"')),
  kept('astral and joined characters', inPayload('"👩‍👩‍👧‍👦 𝒳 é 漢字"')),
  kept('escapes only', inPayload(`"${repeat('\\u0041', 5000)}"`)),
  kept('depth 50', inPayload(nested('[', ']', 50))),
  heavy(kept('a tail of blanks', (id) => message(id) + repeat(' ', 1 << 20))),
];

const ANYTHING: readonly FrameClass[] = [
  any('a lone surrogate in an id', (id) => message(`${id}\ud800`)),
  any('NUL in an id', (id) => message(`${id}\u0000x`)),
  any('hidden characters in an id', (id) => message(`\u202e${id}\u200b`)),
  any('the same id, another body', (_, random) =>
    message('h-same', { payload: `{"n":${random.int(0, 1e9)}}` }),
  ),
  any('an unknown event', (id) => event(`newer-${id}`, '"anything":{"at":"all"}')),
  any('an update before its thread', (id) =>
    event('thread_updated', `"threadId":"${id}","status":"completed","messageCount":1`),
  ),
  any('counts beyond all', () =>
    event('thread_updated', '"threadId":"t","status":"active","messageCount":1e400'),
  ),
  any('negative counts', () =>
    event('thread_updated', '"threadId":"t","status":"active","messageCount":-1'),
  ),
  any('participants that are an object', (id) =>
    event('thread_created', `"thread":{"id":"${id}","status":"active","participants":{}}`),
  ),
  any('a thread named __proto__', () =>
    event('thread_created', '"thread":{"id":"__proto__","status":"active"}'),
  ),
  any('an agent named __proto__', (_, random) =>
    event('agent_state', `"agent":"__proto__","state":"s${random.int(0, 9)}"`),
  ),
  any('a snapshot again', () => event('connected', '"organism":{},"agents":[{}],"threads":[7]')),
  any('a reload of numbers', () => event('reload', '"added":[1,2],"removed":{},"updated":null')),
  heavy(any('an error of 200 kB', () => event('error', `"error":"${repeat('x', 200_000)}"`))),
  heavy(any('addresses without end', inPayload(`"${repeat('a@a.a.', 21_000)}"`))),
  heavy(any('base64 without end', inPayload(`"${repeat('Ab1/', 32_000)}"`))),
  heavy(any('50,000 keys', inPayload(wideObject(50_000)))),
  heavy(any('200,000 keys', inPayload(wideObject(200_000)))),
  heavy(any('a text of 3.5 MB', inPayload(`"${repeat('lorem ipsum ', 300_000)}"`))),
];

function wideObject(keys: number): string {
  return `{${Array.from({ length: keys }, (_, i) => `"k${i}":${i}`).join()}}`;
}

export const FRAME_CLASSES: readonly FrameClass[] = [
  ...NO_JSON,
  ...NO_EVENT,
  ...ODD_BUT_SOUND,
  ...ANYTHING,
];
