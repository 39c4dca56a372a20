import type { LoadHookSync } from 'node:module';
import { registerHooks } from 'node:module';

type Rewrite = readonly [from: string, to: string];

/**
 * Changes a module of the product while Node reads it, in this thread and in every later one.
 * @param file its path from the root
 * @throws Error on reading it, when a text is not there: a flaw that changes nothing proves nothing
 */
export function rewriteSource(file: string, rewrites: readonly Rewrite[]): void {
  const { href } = new URL(`../../${file}`, import.meta.url);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== href) return loaded;
      let source = textOf(loaded.source);
      for (const [from, to] of rewrites) {
        if (!source.includes(from)) throw new Error(`${file} no longer holds: ${from}`);
        source = source.replace(from, () => to);
      }
      return { ...loaded, source };
    },
  });
}

function textOf(source: ReturnType<LoadHookSync>['source']): string {
  if (typeof source === 'string') return source;
  return new TextDecoder().decode(source ?? new ArrayBuffer(0));
}
