'use client';

import { parseAsInteger, useQueryState } from 'nuqs';
import { useState } from 'react';

import type { MessageItem } from './message-item.ts';

export interface OpenMessage {
  /** Journal position of the message whose details are open. */
  readonly seq: number | null;
  /** The open message as it was pressed; the list it stood in may have moved on. Null after a reload. */
  readonly message: MessageItem | null;
  readonly open: (message: MessageItem) => void;
  readonly close: () => void;
}

/** The message whose details are open, `?message=`; going back closes them. One per page. */
export function useOpenMessage(): OpenMessage {
  const [seq, setSeq] = useQueryState('message', parseAsInteger.withOptions({ history: 'push' }));
  const [pressed, setPressed] = useState<MessageItem | null>(null);
  return {
    seq,
    message: pressed !== null && pressed.seq === seq ? pressed : null,
    open(message) {
      setPressed(message);
      void setSeq(message.seq);
    },
    close: () => void setSeq(null, { history: 'replace' }),
  };
}
