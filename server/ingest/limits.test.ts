import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkId, checkTokens, MAX_JSON_DEPTH, parseBounded } from './limits.ts';

const LIMITS = { maxBytes: 16 * 1024 * 1024, source: 'test feed' };
const parse = (text: string) => parseBounded(text, LIMITS);
const nest = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('parseBounded', () => {
  it('is JSON.parse but for the integers a double cannot hold', () => {
    const isWritten = (value: number) => Math.abs(value) < 1e21;
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        const expected: unknown = JSON.parse(text, (_, value: unknown) =>
          Number.isInteger(value) && !Number.isSafeInteger(value) && isWritten(Number(value))
            ? String(value)
            : value,
        );
        expect(parse(text)).toEqual({ ok: true, value: expected });
      }),
    );
  });

  it('never throws and never repeats the text, whatever it is given', () => {
    const secret = 'hunter2';
    const pieces = fc.constantFrom(
      ...`{|}|[|]|,|:|"|\\|\\"|NaN|Infinity|-|1e400|12345678901234567890|null|${secret}|\0`.split(
        '|',
      ),
      '\ud800',
      '"__proto__"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const parsed = parse(parts.join(''));
        expect(parsed.ok ? '' : parsed.detail).not.toContain(secret);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '',
    '  \n',
    '\ufeff',
    '{"a":',
    '{} {}',
    "{'a':1}",
    '{"a":1,}',
    '01',
    '012345678901234567',
    '{1234567890123456789:1}',
    '{1e400:1}',
    '[1e400.5]',
    '[01e400]',
  ])('refuses %j', (text) => {
    expect(parse(text)).toMatchObject({ ok: false, reason: 'invalid-json' });
  });

  it.each([
    ['{"a":NaN}', 'NaN at position 5'],
    ['[1,Infinity]', 'Infinity at position 3'],
    ['{"NaN \\" NaN":-Infinity}', '-Infinity at position 14'],
  ])('names the bare word in %s', (text, place) => {
    const parsed = parse(text);
    expect(parsed).toMatchObject({ ok: false, reason: 'invalid-json' });
    expect(!parsed.ok && parsed.detail).toBe(`test feed: expected JSON, got ${place}`);
  });

  it.each([
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['4611686018427387904', '4611686018427387904'],
    ['9223372036854775807', '9223372036854775807'],
    ['9'.repeat(400), '9'.repeat(400)],
    ['0.12345678901234567890', 0.12345678901234568],
    ['1e20', 1e20],
    ['1e308', 1e308],
    ['1e400', '1e400'],
    ['-1E+999', '-1E+999'],
    [`${'9'.repeat(400)}.5`, `${'9'.repeat(400)}.5`],
    ['"1e400"', '1e400'],
    ['-0', -0],
    ['"9007199254740993"', '9007199254740993'],
    ['"a: 9007199254740993, \\" 9007199254740993"', 'a: 9007199254740993, " 9007199254740993'],
  ])('reads %s', (text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
    expect(parse(`{"a":[${text} , 12345678901234567]}`)).toEqual({
      ok: true,
      value: { a: [value, '12345678901234567'] },
    });
  });

  it('keeps bare words as text where asked to', () => {
    const limits = { maxBytes: 1000, source: 'test feed', areBareWordsText: true };
    expect(parseBounded('[NaN,-Infinity, {"NaN":Infinity,"a":"NaN"},1e400,-1]', limits)).toEqual({
      ok: true,
      value: ['NaN', '-Infinity', { NaN: 'Infinity', a: 'NaN' }, '1e400', -1],
    });
    for (const text of ['{NaN:1}', '[NaN1]', '[1NaN]', '[-NaN]', '[Infinityx]', 'None']) {
      expect(parseBounded(text, limits)).toMatchObject({ ok: false, reason: 'invalid-json' });
    }
  });

  it('bounds the names of all objects together', () => {
    const limits = { maxBytes: 1000, source: 'test feed', maxKeys: 3 };
    expect(parseBounded('[{"a":":::"},{"a":1,"a":2}]', limits).ok).toBe(true);
    expect(parseBounded('[{"a":1},{"a":1,"b":2},{"a":1}]', limits)).toEqual({
      ok: false,
      reason: 'too-large',
      detail: 'test feed: JSON of more than 3 names',
    });
  });

  it('bounds the names of one event, and says which and in which field', () => {
    const limits = { maxBytes: 1000, source: 'body', maxEventKeys: 3 };
    const detailOf = (text: string): string | null => {
      const parsed = parseBounded(text, limits);
      return parsed.ok ? null : parsed.detail;
    };
    expect(detailOf('[{"a":1,"b":{"c":":::"}},{"a":1,"b":2,"c":3}]')).toBeNull();
    const wide = '{"type":"message","payload":{"n":[{"a":1},{"b":2}]}}';
    expect(detailOf(wide)).toBe('body: payload: more than 3 names in one event');
    expect(detailOf(`[{"a":1},\n ${wide}]`)).toBe(
      'body: event 1: payload: more than 3 names in one event',
    );
    expect(detailOf('{"a":1,"b":{},"c":1,"d":1}')).toBe('body: more than 3 names in one event');
    // A foreign name may hold a secret.
    expect(detailOf('{"a":1,"sk-1":{"a":1,"b":2}}')).toBe('body: more than 3 names in one event');
  });

  it('keeps every digit of any integer', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.boolean(), (integer, isSpaced) => {
        const text = isSpaced ? `{ "n" : ${integer} }` : `{"n":${integer}}`;
        const parsed = parse(text);
        expect(parsed.ok && String((parsed.value as { n: unknown }).n)).toBe(String(integer));
      }),
    );
  });

  it('accepts depth 64 and refuses 65, 5,000 and 1,000,000 before parsing', () => {
    expect(parse(nest(MAX_JSON_DEPTH))).toMatchObject({ ok: true });
    for (const depth of [65, 5000, 1_000_000]) {
      expect(parse(nest(depth))).toEqual({
        ok: false,
        reason: 'too-deep',
        detail: 'test feed: JSON nested deeper than 64 at position 64',
      });
    }
    expect(parse('{"a":'.repeat(65))).toMatchObject({ reason: 'too-deep' });
  });

  it('does not count brackets in strings', () => {
    const text = JSON.stringify({ a: `${'['.repeat(100)}\\"${'{'.repeat(100)}` });
    expect(parse(text)).toMatchObject({ ok: true });
  });

  it('counts bytes, not characters', () => {
    const text = JSON.stringify('é'.repeat(10));
    expect(parseBounded(text, { maxBytes: 22, source: 's' })).toMatchObject({ ok: true });
    expect(parseBounded(text, { maxBytes: 21, source: 's' })).toEqual({
      ok: false,
      reason: 'too-large',
      detail: 's: JSON of more than 21 bytes',
    });
    expect(parse(`"${'a'.repeat(17e6)}"`)).toMatchObject({ reason: 'too-large' });
  });

  it('keeps __proto__ and its kin as own data and pollutes nothing', () => {
    for (const number of ['1', '12345678901234567']) {
      const parsed = parse(
        `{"__proto__":{"polluted":${number}},"constructor":1,"toString":2,"a":1,"a":3}`,
      );
      const value = parsed.ok ? (parsed.value as object) : {};
      expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString', 'a']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
      expect(Reflect.get(value, 'a')).toBe(3);
    }
  });

  it('takes the odd but valid: a byte order mark, NUL and lone surrogates in strings', () => {
    expect(parse('\ufeff{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
    expect(parse('"a\\u0000\\ud800"')).toEqual({ ok: true, value: 'a\0\ud800' });
  });

  it('reads 200,000 keys and a 10 MB string', () => {
    const keys = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i]));
    expect(parse(JSON.stringify(keys))).toEqual({ ok: true, value: keys });
    const long = 'x'.repeat(10_000_000);
    expect(parse(JSON.stringify([long]))).toEqual({ ok: true, value: [long] });
  });

  it('refuses more values than a turn of the event loop can build', () => {
    const list = (length: number) => `[${Array.from({ length }, () => '{}').join(',')}]`;
    expect(parse(list(400_000)).ok).toBe(true);
    expect(parse(list(600_000))).toMatchObject({ ok: false, reason: 'too-large' });
    const text = `["${','.repeat(600_000)}"]`;
    expect(parse(text).ok).toBe(true);
  });

  it('keeps a number too long to be finite as text wherever it stands, and long ids', () => {
    for (let offset = 0; offset < 250; offset += 7) {
      const digits = '9'.repeat(400);
      expect(parse(`[${' '.repeat(offset)}${digits}.5]`)).toEqual({
        ok: true,
        value: [`${digits}.5`],
      });
      expect(parse(`[${' '.repeat(offset)}"${digits}"]`).ok).toBe(true);
    }
  });
});

describe('checkTokens', () => {
  it('accepts the integers from 0 to 1e12', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (count) => {
        expect(checkTokens(count, 'tokens')).toEqual({ ok: true, value: count });
      }),
    );
    expect(checkTokens(-0, 'tokens')).toEqual({ ok: true, value: 0 });
  });

  it.each([
    [-1, '-1'],
    [1.5, '1.5'],
    [1e12 + 1, '1000000000001'],
    [2 ** 62, '4611686018427388000'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['5', 'string'],
    ['9223372036854775807', 'string'],
    [null, 'null'],
    [[1], 'array'],
    [undefined, 'undefined'],
  ])('refuses %s', (value, got) => {
    expect(checkTokens(value, 'usage.promptTokens')).toEqual({
      ok: false,
      detail: `usage.promptTokens: expected an integer from 0 to 1000000000000, got ${got}`,
    });
  });
});

describe('checkId', () => {
  it.each([
    'a',
    'thread-1',
    '__proto__',
    'constructor',
    'toString',
    'Ünïcode 漢字 😀',
    'x'.repeat(256),
  ])('accepts %s', (id) => {
    expect(checkId(id, 'id')).toEqual({ ok: true, value: id });
  });

  it.each([
    ['', 'got blank text'],
    ['  ', 'got blank text'],
    ['x'.repeat(257), 'got more'],
    ['é'.repeat(129), 'got more'],
    ['a\0b', 'got U+0000 at position 1'],
    ['line\nbreak', 'got U+000A at position 4'],
    ['\u202egnp', 'got U+202E at position 0'],
    ['a\u200bb', 'got U+200B at position 1'],
    ['a\ud800', 'got U+D800 at position 1'],
    [5, 'got number'],
    [null, 'got null'],
    [{}, 'got object'],
  ])('refuses %j', (id, got) => {
    expect(checkId(id, 'thread.id')).toEqual({
      ok: false,
      detail: `thread.id: expected 1 to 256 bytes of printable text, ${got}`,
    });
  });
});
