/** @throws Error when the answer is not a good one */
export async function getJson(url: string): Promise<Record<string, unknown>> {
  return readJson(await fetch(url));
}

/** A number that the server counts. @param name as `/metrics` spells it; NaN when it has none */
export async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await good(await fetch(`${url}/metrics`))).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? Number.NaN : Number(line.slice(name.length));
}

/** @throws Error when the answer is not a good one */
export async function postJson(url: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  return readJson(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  return (await (await good(response)).json()) as Record<string, unknown>;
}

async function good(response: Response): Promise<Response> {
  const { ok, url, status } = response;
  if (!ok) throw new Error(`${url} answered ${status}: ${await response.text()}`);
  return response;
}
