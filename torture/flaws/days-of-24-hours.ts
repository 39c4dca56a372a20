/** A day is 24 hours from the midnight its local date names, whatever the zone's clocks do. */
import { rewriteSource } from './source-rewrite.ts';

rewriteSource('organism/calendar-day.ts', [
  ['from: start, to: next });', 'from: start, to: start + 86_400_000 });'],
]);
