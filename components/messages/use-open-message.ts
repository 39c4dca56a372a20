'use client';

import { parseAsInteger, useQueryState } from 'nuqs';

export interface OpenMessage {
  /** Journal position of the message whose details are open. */
  readonly seq: number | null;
  readonly open: (seq: number) => void;
  readonly close: () => void;
}

/** The message whose details are open, `?message=`; going back closes them. */
export function useOpenMessage(): OpenMessage {
  const [seq, setSeq] = useQueryState('message', parseAsInteger.withOptions({ history: 'push' }));
  return {
    seq,
    open: (next) => void setSeq(next),
    close: () => void setSeq(null, { history: 'replace' }),
  };
}
