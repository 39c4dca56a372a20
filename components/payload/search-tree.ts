import { branchOf, childId, CHILDREN_STEP, ROOT_ID, type TreeState } from './prepare-tree.ts';

/** Values looked at before the search gives up and says so, so that a keystroke stays quick. */
const MAX_SEARCHED_VALUES = 100_000;
/** Places kept; beyond it the count is "at least". */
export const MAX_MATCHES = 500;
/** Characters of one text that are looked at. */
const MAX_TEXT_CHARS = 200_000;

export type TreeMatch = {
  readonly id: string;
  /** From the payload down to the value, itself excluded. */
  readonly ancestors: readonly Ancestor[];
};
type Ancestor = {
  readonly id: string;
  /** Where the way goes on, counted from 1: so many entries must be shown. */
  readonly position: number;
};

export type TreeSearch = {
  readonly matches: readonly TreeMatch[];
  /** False when a bound was met: there may be more. */
  readonly isComplete: boolean;
};

type Step = {
  readonly id: string;
  readonly key: string | null;
  readonly value: unknown;
  readonly ancestors: readonly Ancestor[];
};

const NO_MATCHES: TreeSearch = { matches: [], isComplete: true };

/** Where keys or values hold the text, upper and lower case alike, in reading order. */
export function searchTree(payload: unknown, text: string): TreeSearch {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return NO_MATCHES;
  const matches: TreeMatch[] = [];
  const waiting: Step[] = [{ id: ROOT_ID, key: null, value: payload, ancestors: [] }];
  let left = MAX_SEARCHED_VALUES;
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (left === 0 || matches.length === MAX_MATCHES) return { matches, isComplete: false };
    left -= 1;
    if (isMatch(step, wanted)) matches.push({ id: step.id, ancestors: step.ancestors });
    // One more than may still be looked at, so that what is left out shows as incomplete.
    for (const entry of entriesOf(step, left + 1).reverse()) waiting.push(entry);
  }
  return { matches, isComplete: true };
}

/** The tree with the way to a match open. */
export function revealMatch(state: TreeState, match: TreeMatch): TreeState {
  const open = new Set(state.open);
  const limits = new Map(state.limits);
  for (const { id, position } of match.ancestors) {
    open.add(id);
    const shown = limits.get(id) ?? CHILDREN_STEP;
    if (position > shown) limits.set(id, Math.ceil(position / CHILDREN_STEP) * CHILDREN_STEP);
  }
  return { open, limits };
}

function isMatch({ key, value }: Step, wanted: string): boolean {
  if (key?.toLowerCase().includes(wanted) === true) return true;
  if (typeof value === 'object' && value !== null) return false;
  return String(value).slice(0, MAX_TEXT_CHARS).toLowerCase().includes(wanted);
}

function entriesOf(step: Step, limit: number): Step[] {
  const branch = branchOf(step.value);
  if (branch === null) return [];
  return branch.keys(limit).map((key, index) => ({
    id: childId(step.id, key),
    key,
    value: branch.at(key),
    ancestors: [...step.ancestors, { id: step.id, position: index + 1 }],
  }));
}
