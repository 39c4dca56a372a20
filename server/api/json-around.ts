/**
 * An answer whose list is JSON already, written by the thread that read it.
 * @param rest the other fields; what is undefined is left out
 */
export function jsonAround(name: string, list: Uint8Array, rest: object): Response {
  const after = JSON.stringify(rest);
  const tail = after === '{}' ? '}' : `,${after.slice(1)}`;
  const body = Buffer.concat([Buffer.from(`{${JSON.stringify(name)}:`), list, Buffer.from(tail)]);
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}
