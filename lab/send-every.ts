/** What an artificial client does in its own rhythm: one send after the other, lost when it fails. */
export interface Sending {
  /** Resolves once what is on its way has been answered. */
  readonly stop: () => Promise<void>;
}

export function sendEvery(everyMs: number, send: () => Promise<unknown>): Sending {
  let sending: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // What cannot be delivered is lost, as with an exporter that has used up its tries.
    sending = sending.then(send).catch(() => undefined);
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await sending;
    },
  };
}

/** Posts as an exporter does, and reads the answer to its end. */
export async function postJson(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
}

/** An endpoint below the address of an Organoscope. */
export function endpointOf(address: string, path: string): string {
  return `${address.replace(/\/$/, '')}${path}`;
}
