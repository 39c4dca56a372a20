'use client';

import { Dialog } from '#components/ui/dialog.tsx';
import { Kbd } from '#components/ui/kbd.tsx';

import { DESTINATIONS } from './destinations.ts';
import { useModKey } from './use-mod-key.ts';

const GENERAL: readonly (readonly [string, string])[] = [
  ['mod K', 'Search and commands'],
  ['/', 'Filter this page'],
  ['j', 'Next row'],
  ['k', 'Previous row'],
  ['Enter', 'Open the row'],
  ['Space', 'Hold or resume messages'],
  ['Esc', 'Close what is open'],
  ['[', 'Narrow or widen the rail'],
  ['?', 'This sheet'],
];

export function ShortcutSheet(props: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title="Keyboard shortcuts">
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        <ShortcutList title="Anywhere" rows={GENERAL} />
        <ShortcutList
          title="Go to"
          rows={DESTINATIONS.map(({ key, label }) => [`g ${key}`, label] as const)}
        />
      </div>
    </Dialog>
  );
}

function ShortcutList(props: { title: string; rows: readonly (readonly [string, string])[] }) {
  const modKey = useModKey();
  return (
    <section>
      <h3 className="mb-1 text-table text-ink-3">{props.title}</h3>
      <dl>
        {props.rows.map(([keys, what]) => (
          <div key={keys} className="flex h-7 items-center justify-between border-b border-line">
            <dt>{what}</dt>
            <dd className="flex gap-1">
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key === 'mod' ? modKey : key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
