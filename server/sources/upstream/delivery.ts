import type { SourceDeps } from '../source.ts';
import { createBackoff } from './backoff.ts';
import type { Outbox } from './outbox.ts';
import { createOutbox } from './outbox.ts';
import type { Stamper } from './stamper.ts';
import type { StatusReporter } from './status.ts';
import { createStatusReporter } from './status.ts';

/** Where a source leaves what it reads, and what it tells of itself, which goes the same way. */
export function createDelivery(
  { deliver, now, random, schedule, log }: SourceDeps,
  stamp: Stamper,
): { readonly outbox: Outbox; readonly status: StatusReporter } {
  const outbox = createOutbox({
    deliver,
    schedule,
    backoff: createBackoff({ random }),
    log,
    onStall: (reason) => status.setNotice('storing', reason),
  });
  const status = createStatusReporter({
    stamp,
    now,
    emit: (draft) => {
      outbox
        .add({ drafts: [draft] })
        .catch((error: unknown) => log.warn({ err: error }, 'a status was not stored'));
    },
  });
  return { outbox, status };
}
