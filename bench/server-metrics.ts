/** What a server of ours says of itself at `/metrics`. */
export interface ServerMetrics {
  /** Names with their labels, as they stand in the text. */
  readonly values: ReadonlyMap<string, number>;
  /** NaN when it is not there. */
  get(name: string): number;
}

const LINE = /^([a-z_]+(?:\{[^}]*\})?) (\S+)/;

/** @throws Error when the server does not answer with its metrics */
export async function readServerMetrics(url: string): Promise<ServerMetrics> {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}/metrics answered ${response.status}: ${text}`);
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name !== undefined) values.set(name, Number(value));
  }
  return { values, get: (name) => values.get(name) ?? Number.NaN };
}
