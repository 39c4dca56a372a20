/** Objects whose keys are names of things, not fields. */
const MAPS = new Set(['byModel', 'byAgent', 'payload', 'metadata']);

type Shape = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * How one JSON value is built differently from another: keys and their order, types, forms of
 * time. A list that is empty, or a value that is null, says nothing of its inside.
 */
export function shapeDifferences(own: unknown, theirs: unknown): string[] {
  const [ours, expected] = [shapeOf(own), shapeOf(theirs)];
  const paths = new Set([...ours.keys(), ...expected.keys()]);
  return [...paths].flatMap((path) => {
    if (isUnknownInside(ours, path) || isUnknownInside(expected, path)) return [];
    const mine = tellingKinds(ours, path);
    const known = tellingKinds(expected, path);
    if (mine !== null && known !== null && (mine === '' || known === '')) return [];
    return mine === known ? [] : [`${path}: ${mine ?? 'absent'} instead of ${known ?? 'absent'}`];
  });
}

const isTelling = (kind: string) => kind !== 'null' && kind !== 'empty';

/** @returns null when nothing is there */
function tellingKinds(shape: Shape, path: string): string | null {
  const kinds = shape.get(path);
  return kinds === undefined ? null : [...kinds].filter(isTelling).sort().join(' or ');
}

function isUnknownInside(shape: Shape, path: string): boolean {
  const parents = path.split('.').map((_, index, parts) => parts.slice(0, index).join('.'));
  return parents.some((parent) => shape.has(parent) && tellingKinds(shape, parent) === '');
}

/** Every path to a value with the kinds of value found there. */
function shapeOf(value: unknown): Shape {
  const shape = new Map<string, Set<string>>();
  const visit = (each: unknown, path: string): void => {
    const kinds = shape.get(path) ?? new Set<string>();
    shape.set(path, kinds);
    if (Array.isArray(each)) {
      kinds.add(each.length === 0 ? 'empty' : 'list');
      for (const item of each) visit(item, `${path}.[]`);
    } else if (typeof each === 'object' && each !== null) {
      const isMap = MAPS.has(path.split('.').at(-1) ?? '');
      kinds.add(isMap ? 'map' : `{${Object.keys(each).join()}}`);
      if (!isMap) for (const [key, inner] of Object.entries(each)) visit(inner, `${path}.${key}`);
    } else {
      kinds.add(kindOf(each));
    }
  };
  visit(value, '');
  return shape;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'string') return typeof value;
  return /^\d{4}-\d\d-\d\d[T ]/.test(value) ? value.replace(/\d/g, '0') : 'text';
}
