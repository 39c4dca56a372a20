/** @throws Error when the answer is not a good one */
export async function getJson(url: string): Promise<Record<string, unknown>> {
  return readJson(await fetch(url));
}

/** @throws Error when the answer is not a good one */
export async function getText(url: string): Promise<string> {
  return (await good(await fetch(url))).text();
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
