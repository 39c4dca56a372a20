'use client';

import { useState } from 'react';

import { formatExact } from '#components/format/number.ts';
import { Button } from '#components/ui/button.tsx';

import { Highlight } from './highlight.tsx';

/** Characters the browser lays out at once without being felt. */
const RAW_STEP = 50_000;

/** The payload's JSON as written, the first part of it until more is asked for. */
export function PayloadRaw(props: { json: string; wanted: string }) {
  const { json } = props;
  const [shown, setShown] = useState(RAW_STEP);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls it
    <section className="min-h-0 flex-1 overflow-auto p-3" tabIndex={0} aria-label="JSON">
      <pre className="text-table break-words whitespace-pre-wrap">
        <Highlight text={json.slice(0, shown)} wanted={props.wanted} />
      </pre>
      {json.length > shown && (
        <div className="mt-2 flex items-center gap-3 text-table text-ink-2">
          <span>{`Showing ${formatExact(shown)} of ${formatExact(json.length)} characters`}</span>
          <Button size="sm" onClick={() => setShown(shown + RAW_STEP)}>
            Show more
          </Button>
        </div>
      )}
    </section>
  );
}
