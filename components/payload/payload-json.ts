/**
 * The payload as indented JSON.
 * @returns null when it cannot be written: nested too deep for the browser, or not data
 */
export function payloadJson(payload: unknown): string | null {
  try {
    const json: string | undefined = JSON.stringify(payload, null, 2);
    return json ?? null;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}
