/** Calls of tools that have no end yet, paired first in, first out per name: the wire has no ids. */
export interface OpenTools {
  start(tool: string, key: string): void;
  /** The key of the call that ended; null when none of that name is open. */
  end(tool: string): string | null;
  /** The name of the newest open call. */
  newest(): string | null;
  rest(): readonly OpenTool[];
}

export interface OpenTool {
  readonly tool: string;
  readonly key: string;
}

/** More at once is no agent; the oldest then counts as one that never ended. */
const MAX_OPEN = 1000;

export function createOpenTools(): OpenTools {
  let open: OpenTool[] = [];
  const lost: OpenTool[] = [];
  return {
    start(tool, key) {
      open.push({ tool, key });
      const first = open.length > MAX_OPEN ? open.shift() : undefined;
      if (first !== undefined && lost.length < MAX_OPEN) lost.push(first);
    },
    end(tool) {
      const found = open.find((call) => call.tool === tool);
      if (found === undefined) return null;
      open = open.filter((call) => call !== found);
      return found.key;
    },
    newest: () => open.at(-1)?.tool ?? null,
    rest: () => [...lost, ...open],
  };
}
