import { isRecord } from '#organism/record.ts';

/**
 * A payload as rows of a tree, made only for what is open: a closed branch costs nothing, however
 * deep or large it is. No recursion, so that depth cannot exhaust the stack.
 */

/** Entries, or characters of a text, that opening a value shows; the rest waits behind "show more". */
export const CHILDREN_STEP = 100;
export const TEXT_STEP = 4000;

export function moreStep(unit: 'entries' | 'characters'): number {
  return unit === 'entries' ? CHILDREN_STEP : TEXT_STEP;
}

/** A text longer than this, or of several lines, opens below its preview. */
const PREVIEW_CHARS = 120;
/** Rows a payload opens with. */
const FIRST_ROWS = 60;

export type ValueType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

export type TreeNode = {
  readonly kind: 'node';
  readonly id: string;
  readonly depth: number;
  /** Null for the payload itself. */
  readonly key: string | null;
  readonly type: ValueType;
  /** The value, or its first characters. */
  readonly preview: string;
  /** Entries of a branch, characters of a text; null for other values. */
  readonly size: number | null;
  readonly canOpen: boolean;
  readonly isOpen: boolean;
  readonly position: number;
  readonly siblings: number;
};

export type TreeRow =
  | TreeNode
  | { readonly kind: 'text'; readonly id: string; readonly depth: number; readonly text: string }
  | {
      readonly kind: 'more';
      readonly id: string;
      readonly depth: number;
      /** The value that has more. */
      readonly of: string;
      readonly shown: number;
      readonly total: number;
      readonly unit: 'entries' | 'characters';
    };

export type TreeState = {
  readonly open: ReadonlySet<string>;
  /** Entries or characters shown of an open value, where more than one step was asked for. */
  readonly limits: ReadonlyMap<string, number>;
};

export const ROOT_ID = '';

/** The id of an entry: a JSON pointer. */
export function childId(parentId: string, key: string): string {
  return `${parentId}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function treeRows(payload: unknown, state: TreeState): TreeRow[] {
  const rows: TreeRow[] = [];
  // Last in, first out: a branch's entries are pushed in reverse.
  const waiting: (Pending | TreeRow)[] = [
    { kind: 'pending', id: ROOT_ID, depth: 0, key: null, value: payload, position: 1, siblings: 1 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind !== 'pending') {
      rows.push(next);
      continue;
    }
    const node = toNode(next, state.open.has(next.id));
    rows.push(node);
    if (!node.isOpen) continue;
    for (const row of openRows(next, node, state).reverse()) waiting.push(row);
  }
  return rows;
}

/** What is open at first: the outer levels, as far as they fit a screen. */
export function firstTreeState(payload: unknown): TreeState {
  const open = new Set<string>();
  let rowCount = 1;
  let level: { id: string; value: unknown }[] = [{ id: ROOT_ID, value: payload }];
  while (level.length > 0) {
    const deeper: { id: string; value: unknown }[] = [];
    for (const { id, value } of level) {
      const branch = branchOf(value);
      const added = Math.min(branch?.count ?? 0, CHILDREN_STEP);
      if (branch === null || added === 0) continue;
      if (id !== ROOT_ID && rowCount + added > FIRST_ROWS) continue;
      open.add(id);
      rowCount += added;
      for (const key of branch.keys(added)) {
        deeper.push({ id: childId(id, key), value: branch.at(key) });
      }
    }
    level = deeper;
  }
  return { open, limits: new Map() };
}

/** Opens a closed value and closes an open one. */
export function toggleNode(state: TreeState, id: string): TreeState {
  const open = new Set(state.open);
  if (!open.delete(id)) open.add(id);
  return { ...state, open };
}

/** @param to entries or characters to show from now on */
export function showMore(state: TreeState, id: string, to: number): TreeState {
  return { ...state, limits: new Map(state.limits).set(id, to) };
}

export type Branch = {
  readonly type: 'object' | 'array';
  readonly count: number;
  keys(limit: number): readonly string[];
  at(key: string): unknown;
};

export function branchOf(value: unknown): Branch | null {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return {
      type: 'array',
      count: items.length,
      keys: (limit) => Array.from({ length: Math.min(limit, items.length) }, (_, at) => String(at)),
      at: (key) => items[Number(key)],
    };
  }
  if (!isRecord(value)) return null;
  const keys = Object.keys(value);
  return {
    type: 'object',
    count: keys.length,
    keys: (limit) => keys.slice(0, limit),
    at: (key) => value[key],
  };
}

type Pending = {
  readonly kind: 'pending';
  readonly id: string;
  readonly depth: number;
  readonly key: string | null;
  readonly value: unknown;
  readonly position: number;
  readonly siblings: number;
};

function toNode(pending: Pending, isOpen: boolean): TreeNode {
  const { id, depth, key, value, position, siblings } = pending;
  const branch = branchOf(value);
  const isLongText = typeof value === 'string' && isLong(value);
  const canOpen = isLongText || (branch !== null && branch.count > 0);
  return {
    kind: 'node',
    id,
    depth,
    key,
    type: branch?.type ?? scalarType(value),
    preview: branch === null ? previewOf(value) : '',
    size: branch?.count ?? (isLongText ? value.length : null),
    canOpen,
    isOpen: canOpen && isOpen,
    position,
    siblings,
  };
}

function openRows(pending: Pending, node: TreeNode, state: TreeState): (Pending | TreeRow)[] {
  const { id, value } = pending;
  const depth = node.depth + 1;
  if (typeof value === 'string') {
    const shown = state.limits.get(id) ?? TEXT_STEP;
    const text: TreeRow = { kind: 'text', id: `${id}#text`, depth, text: value.slice(0, shown) };
    return [text, ...moreRow(node, shown, value.length, 'characters')];
  }
  const branch = branchOf(value);
  if (branch === null) return [];
  const shown = state.limits.get(id) ?? CHILDREN_STEP;
  const entries = branch.keys(shown).map((key, index): Pending => ({
    kind: 'pending',
    id: childId(id, key),
    depth,
    key,
    value: branch.at(key),
    position: index + 1,
    siblings: branch.count,
  }));
  return [...entries, ...moreRow(node, shown, branch.count, 'entries')];
}

function moreRow(
  node: TreeNode,
  shown: number,
  total: number,
  unit: 'entries' | 'characters',
): TreeRow[] {
  if (total <= shown) return [];
  const { id, depth } = node;
  return [{ kind: 'more', id: `${id}#more`, depth: depth + 1, of: id, shown, total, unit }];
}

function isLong(text: string): boolean {
  return text.length > PREVIEW_CHARS || text.includes('\n');
}

function scalarType(value: unknown): ValueType {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'null';
  }
}

function previewOf(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const start = value.slice(0, PREVIEW_CHARS).replaceAll(/\s+/g, ' ');
  return value.length > PREVIEW_CHARS ? `${start}…` : start;
}
