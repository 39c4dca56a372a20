import { createParser } from 'nuqs';

import { isTimeZone } from '#components/format/time-zone.ts';

/** `browser`, or an IANA zone such as `UTC` or `Asia/Kolkata`. */
export const parseAsTimeZone = createParser<string>({
  parse: (text) => (text === 'browser' || isTimeZone(text) ? text : null),
  serialize: (zone) => zone,
});
