/** Turns `/threads/{thread_id}` into a pattern for undecoded paths; only greedy parameters hold slashes. */
export function compilePath(path: string): RegExp {
  const source = path
    .split(/(\{\w+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      return GREEDY_PARAMETERS.has(part.slice(1, -1)) ? '.+' : '[^/]+';
    })
    .join('');
  return new RegExp(`^${source}$`);
}

/** Parameters whose values contain slashes in real life (`openai/gpt-4o`), and what upstreams' wires dictate. */
export const GREEDY_PARAMETERS: ReadonlySet<string> = new Set(['model', 'receiver']);
