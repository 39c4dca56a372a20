import { describe, expect, it } from 'vitest';

import { payloadJson } from './payload-json.ts';
import { payloadParts, summarisePayload } from './payload-summary.ts';
import {
  CHILDREN_STEP,
  firstTreeState,
  ROOT_ID,
  showMore,
  TEXT_STEP,
  toggleNode,
  treeRows,
  type TreeState,
} from './prepare-tree.ts';
import { MAX_MATCHES, revealMatch, searchTree } from './search-tree.ts';

const CLOSED: TreeState = { open: new Set(), limits: new Map() };
const open = (...ids: string[]): TreeState => ({ open: new Set(ids), limits: new Map() });
const ids = (payload: unknown, state: TreeState) => treeRows(payload, state).map((row) => row.id);

/** Refuses to be looked into: proves that closed values are not walked. */
const untouchable = new Proxy(
  {},
  {
    ownKeys: () => {
      throw new Error('a closed value was read');
    },
  },
);

describe('a payload as a tree', () => {
  it('shows only what is open, in reading order', () => {
    const payload = { plan: { steps: ['look', 'leap'] }, note: 'x' };
    expect(ids(payload, CLOSED)).toEqual(['']);
    expect(ids(payload, open('', '/plan'))).toEqual(['', '/plan', '/plan/steps', '/note']);
  });

  it('does not walk what is closed', () => {
    const payload = { deep: { inner: untouchable } };
    expect(ids(payload, open(''))).toEqual(['', '/deep']);
    expect(() => ids({ deep: { inner: untouchable } }, open('', '/deep'))).toThrow('was read');
  });

  it('caps a long list and shows more of it when asked', () => {
    const payload = Array.from({ length: 250 }, (_, index) => index);
    const rows = treeRows(payload, open(ROOT_ID));
    expect(rows).toHaveLength(1 + CHILDREN_STEP + 1);
    expect(rows.at(-1)).toMatchObject({ kind: 'more', of: ROOT_ID, shown: 100, total: 250 });
    const all = treeRows(payload, showMore(open(ROOT_ID), ROOT_ID, 300));
    expect(all).toHaveLength(251);
  });

  it('opens a long text below its preview, a part at a time', () => {
    const payload = { text: 'a'.repeat(TEXT_STEP + 10) };
    const rows = treeRows(payload, toggleNode(open(ROOT_ID), '/text'));
    expect(rows.map((row) => row.kind)).toEqual(['node', 'node', 'text', 'more']);
    expect(rows[2]).toMatchObject({ text: 'a'.repeat(TEXT_STEP) });
  });

  it('stands a depth that would break a recursion', () => {
    let payload: unknown = 'bottom';
    for (let depth = 0; depth < 20_000; depth += 1) payload = [payload];
    const state = firstTreeState(payload);
    expect(state.open.size).toBeGreaterThan(10);
    expect(treeRows(payload, state).length).toBeLessThan(100);
    expect(payloadJson(payload)).toBeNull();
  });

  it('opens the outer levels only as far as they fit a screen', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [`k${at}`, Array.from({ length: 40 }, () => at)]),
    );
    expect(treeRows(wide, firstTreeState(wide)).length).toBeLessThanOrEqual(61);
    expect(ids({ a: { b: 1 } }, firstTreeState({ a: { b: 1 } }))).toEqual(['', '/a', '/a/b']);
  });

  it('keeps keys with slashes apart', () => {
    const payload = { 'a/b': { c: 1 }, a: { 'b/c': 2 } };
    const shown = ids(payload, open('', '/a', '/a~1b'));
    expect(new Set(shown).size).toBe(shown.length);
  });
});

describe('the search of a payload', () => {
  it('finds keys and values, upper and lower case alike', () => {
    const payload = { Query: 'x', list: [{ text: 'a QUERY' }, 'none'] };
    expect(searchTree(payload, 'query').matches.map((match) => match.id)).toEqual([
      '/Query',
      '/list/0/text',
    ]);
  });

  it('opens the way to a match beyond the first step', () => {
    const payload = { list: Array.from({ length: 300 }, (_, at) => `item ${at}`) };
    const [match] = searchTree(payload, 'item 250').matches;
    expect(match).toBeDefined();
    expect(ids(payload, CLOSED)).not.toContain('/list/250');
    expect(ids(payload, revealMatch(CLOSED, match!))).toContain('/list/250');
  });

  it('says so when it stopped early', () => {
    const many = Array.from({ length: MAX_MATCHES + 1 }, () => 'same');
    expect(searchTree(many, 'same')).toMatchObject({ isComplete: false });
    expect(searchTree(many.slice(1), 'same')).toMatchObject({ isComplete: true });
  });

  it('bounds how much it looks at', () => {
    const wide = Array.from({ length: 200_000 }, (_, at) => at);
    expect(searchTree(wide, 'nowhere')).toEqual({ matches: [], isComplete: false });
  });
});

describe('a payload as one line', () => {
  it('writes it whole when it fits', () => {
    expect(summarisePayload({ a: 1, b: ['x', null], c: {} })).toBe('{a: 1, b: ["x", null], c: {}}');
  });

  it('writes no more than is shown', () => {
    const line = summarisePayload({ text: 'y'.repeat(1e6), after: untouchable }, 20);
    expect(line).toBe('{text: "yyyyyyyyyyyy…');
  });

  it('keeps to one line', () => {
    expect(summarisePayload('one\n\ttwo')).toBe('"one two"');
  });
});

describe('a payload on one line', () => {
  const said = (text: string) => [{ key: null, text, isSaid: true }];
  const keyOf = ({ key }: { readonly key: string | null }) => key;

  it('is what was said, where nothing else is told', () => {
    expect(payloadParts('two\nlines')).toEqual(said('two lines'));
    expect(payloadParts({ text: 'done', tools: [], id: null })).toEqual(said('done'));
    expect(payloadParts({ prompt: 'abcdef' }, 3)).toEqual(said('abc…'));
  });

  it('is what was said and then its fields, each under its key, no further than is shown', () => {
    expect(payloadParts({ ok: true, text: 'done', at: { x: 1 } })).toEqual([
      { key: null, text: 'done', isSaid: true },
      { key: 'ok', text: 'true', isSaid: false },
      { key: 'at', text: '{x: 1}', isSaid: false },
    ]);
    expect(payloadParts({ id: 'c1', callId: 2, isError: false, note: null }).map(keyOf)).toEqual([
      'isError',
      'id',
      'callId',
    ]);
    expect(payloadParts({ prompt: 'add', completion: 'done' })).toEqual([
      { key: 'prompt', text: 'add', isSaid: true },
      { key: 'completion', text: 'done', isSaid: true },
    ]);
    expect(payloadParts({ a: 'x'.repeat(50), b: untouchable }, 20)).toEqual([
      { key: 'a', text: `${'x'.repeat(20)}…`, isSaid: false },
    ]);
  });

  it('is the value itself where it has no fields', () => {
    expect(payloadParts({})).toEqual([{ key: null, text: '{}', isSaid: false }]);
    expect(payloadParts([1, 2])).toEqual([{ key: null, text: '[1, 2]', isSaid: false }]);
    expect(payloadParts(null)).toEqual([{ key: null, text: 'null', isSaid: false }]);
  });
});
