import { isPlaceholder } from './redaction-catalogue.ts';
import type { KeyClass, KeyReader } from './redaction-keys.ts';
import { KEY_NAME_LABEL } from './redaction-options.ts';
import type { Count } from './redaction-scans.ts';

/** Whether no key and no text of a tree asks for work. Iterative: any depth is safe. */
export function isCleanTree(
  root: unknown,
  readKey: KeyReader,
  mayHoldSecret: (text: string) => boolean,
): boolean {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node === 'string') {
      if (mayHoldSecret(node)) return false;
    } else if (Array.isArray(node)) {
      for (const item of node) stack.push(item);
    } else if (typeof node === 'object' && node !== null) {
      for (const [name, child] of Object.entries(node)) {
        if (readKey(name).mayHoldSecret || isMasked(child, classOf(name, node, readKey))) {
          return false;
        }
        stack.push(child);
      }
    }
  }
  return true;
}

/**
 * Copies a tree with its texts and keys redacted and what a key name gives away masked. Iterative,
 * and `__proto__` is a name like any other.
 */
export function copyRedacted(
  root: unknown,
  readKey: KeyReader,
  floor: { redact: (text: string) => string; count: Count },
): unknown {
  const stack: { source: object; target: object }[] = [];
  const copyNode = (node: unknown): unknown => {
    if (typeof node === 'string') return floor.redact(node);
    if (typeof node !== 'object' || node === null) return node;
    const target = Array.isArray(node) ? [] : {};
    stack.push({ source: node, target });
    return target;
  };
  const copy = copyNode(root);
  for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
    const { source, target } = frame;
    if (Array.isArray(source) && Array.isArray(target)) {
      for (const item of source) target.push(copyNode(item));
      continue;
    }
    const nameFor = createNamer(target);
    for (const [name, child] of Object.entries(source)) {
      const isHidden = isMasked(child, classOf(name, source, readKey));
      if (isHidden) floor.count(KEY_NAME_LABEL);
      const clean = readKey(name).mayHoldSecret ? floor.redact(name) : name;
      const value = isHidden ? `[REDACTED:${KEY_NAME_LABEL}]` : copyNode(child);
      define(target, nameFor(name, clean), value);
    }
  }
  return copy;
}

/** Attribute and header lists name a value beside it: `{ key: 'authorization', value: … }`. */
function classOf(name: string, parent: object, readKey: KeyReader): KeyClass {
  const { keyClass } = readKey(name);
  if (keyClass !== 'plain' || name !== 'value') return keyClass;
  const label: unknown = Reflect.get(parent, 'key') ?? Reflect.get(parent, 'name');
  return typeof label === 'string' ? readKey(label).keyClass : 'plain';
}

/** Null, true, false and the empty text hide nothing; under a token key, neither do numbers. */
function isMasked(value: unknown, keyClass: KeyClass): boolean {
  if (keyClass === 'plain' || value === null || value === '' || typeof value === 'boolean') {
    return false;
  }
  if (typeof value === 'string' && isPlaceholder(value)) return false;
  return keyClass === 'secret' || !isNumbersOnly(value);
}

function isNumbersOnly(root: unknown): boolean {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node === 'string') return false;
    if (typeof node !== 'object' || node === null) continue;
    for (const child of Object.values(node)) stack.push(child);
  }
  return true;
}

/** Two keys may redact to one name: the later get a number, and no value is lost. */
function createNamer(target: object): (name: string, clean: string) => string {
  const copies = new Map<string, number>();
  return (name, clean) => {
    if (clean === name && copies.size === 0) return name;
    let copy = copies.get(clean) ?? 1;
    let free = copy === 1 ? clean : `${clean} (${copy})`;
    while (Object.hasOwn(target, free)) {
      copy += 1;
      free = `${clean} (${copy})`;
    }
    copies.set(clean, copy);
    return free;
  };
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
