'use client';

import { useZone, usePreferences } from '#components/theme/preferences-provider.tsx';
import { Select } from '#components/ui/select.tsx';

// The rest of the IANA list is too long for a menu: these are one per common offset.
const NAMED_ZONES = [
  'America/Los_Angeles',
  'America/New_York',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
];

/** The zone every time, axis, day and export on the page is cut in. */
export function ZoneSelect(props: { className?: string | undefined }) {
  const { zone, setZone } = usePreferences();
  const resolved = useZone();
  const named = NAMED_ZONES.includes(zone) || zone === 'browser' || zone === 'UTC' ? [] : [zone];
  const options = [
    { value: 'browser', label: 'Local time', hint: zone === 'browser' ? shortZone(resolved) : '' },
    { value: 'UTC', label: 'UTC' },
    ...[...named, ...NAMED_ZONES].map((name) => ({ value: name, label: shortZone(name) })),
  ];
  return (
    <Select
      label="Time zone"
      variant="quiet"
      value={zone}
      options={options}
      onChange={setZone}
      className={props.className}
    />
  );
}

function shortZone(zone: string | null): string {
  return zone === null ? '' : (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}
