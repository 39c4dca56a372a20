/** Whether this machine knows the name of a zone. */
export function isTimeZone(zone: string): boolean {
  // What it costs to ask for the first time is as much as a short command.
  if (zone === 'UTC') return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
