import { PayloadLine } from '#components/payload/payload-line.tsx';
import { Mono, shortenId } from '#components/ui/id.tsx';
import type { Column } from '#components/ui/table/column.ts';
import { Instant } from '#components/ui/time.tsx';

import { endName, MessageEnds } from './message-ends.tsx';
import type { MessageItem } from './message-item.ts';

const SUMMARY_CHARS = 240;

const time: Column<MessageItem> = {
  id: 'time',
  header: 'Time',
  onCard: 'corner',
  width: 84,
  cell: (message) => <Instant instant={message.at} className="text-ink-2" />,
};
const ends: Column<MessageItem> = {
  id: 'ends',
  header: 'From → to',
  width: 248,
  isTitle: true,
  cell: (message) => <MessageEnds from={message.from} to={message.to} />,
};
const type: Column<MessageItem> = {
  id: 'type',
  header: 'Type',
  width: 148,
  cell: (message) => <Mono className="text-ink-2">{message.payloadType}</Mono>,
};
const payload: Column<MessageItem> = {
  id: 'payload',
  header: 'Payload',
  onCard: 'body',
  minWidth: 200,
  cell: (message) => (
    <span className="text-ink-2">
      <PayloadLine payload={message.payload} maxChars={SUMMARY_CHARS} />
    </span>
  ),
};
const thread: Column<MessageItem> = {
  id: 'thread',
  header: 'Thread',
  width: 132,
  cell: (message) => (
    <span className="mono text-ink-3" data-tip={message.threadId}>
      {shortenId(message.threadId)}
    </span>
  ),
};

export const STREAM_COLUMNS: readonly Column<MessageItem>[] = [time, ends, type, payload, thread];
/** For a panel beside others: the thread is one press away. */
export const FEED_COLUMNS: readonly Column<MessageItem>[] = [time, ends, type, payload];
/** For one agent's box: only the other end is news. */
export function boxColumns(box: 'inbox' | 'outbox'): readonly Column<MessageItem>[] {
  return [
    time,
    {
      id: 'other',
      header: box === 'inbox' ? 'From' : 'To',
      width: 120,
      isTitle: true,
      cell: (message) => endName(box === 'inbox' ? message.from : message.to),
    },
    type,
    payload,
  ];
}
