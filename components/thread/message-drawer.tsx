'use client';

import { useHref } from '#components/api/use-href.ts';
import { useMessage } from '#components/api/use-message.ts';
import { endName } from '#components/messages/message-ends.tsx';
import { PayloadInspector } from '#components/payload/payload-inspector.tsx';
import { PrunedPayload } from '#components/payload/pruned-payload.tsx';
import { Button } from '#components/ui/button.tsx';
import { CopyLinkButton } from '#components/ui/copy.tsx';
import { Drawer } from '#components/ui/dialog.tsx';
import { Id } from '#components/ui/id.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import { Instant } from '#components/ui/time.tsx';
import { toConversationMessage } from '#organism/conversation.ts';

import {
  findRowIndex,
  messageRef,
  type TimelineMessage,
  type TimelineRow,
  toSeq,
} from './prepare-timeline.ts';

type MessageDrawerProps = {
  reference: string | null;
  rows: readonly TimelineRow[];
  threadId: string;
  onOpen: (reference: string | null) => void;
  onShowInTimeline: (seq: number) => void;
};

/** A message with its payload, at a URL of its own. One that is not loaded is read by its position. */
export function MessageDrawer(props: MessageDrawerProps) {
  const { reference, rows } = props;
  const index = reference === null ? -1 : findRowIndex(rows, reference);
  const loaded = rows[index]?.message;
  const seq = reference === null || loaded !== undefined ? null : toSeq(reference);
  const stored = useMessage(seq);
  const message = loaded ?? (stored.message && toConversationMessage(stored.message));
  return (
    <Drawer
      open={reference !== null}
      onClose={() => props.onOpen(null)}
      title={message === null ? 'Message' : `${endName(message.from)} → ${endName(message.to)}`}
      description={message === null ? undefined : message.payloadType}
      footer={<DrawerFooter {...props} index={index} strayingSeq={message === null ? null : seq} />}
    >
      {message === null ? (
        <MissingMessage {...stored} isKnown={seq !== null} />
      ) : (
        <MessageDetails key={message.id} message={message} />
      )}
    </Drawer>
  );
}

function DrawerFooter(
  props: MessageDrawerProps & {
    /** Place among the rows, -1 for a message that is not loaded. */
    index: number;
    /** Position of a message that is shown but not among the rows. */
    strayingSeq: number | null;
  },
) {
  const { index, rows, strayingSeq } = props;
  const open = (row: TimelineRow | undefined) => row && props.onOpen(messageRef(row.message));
  const isInRows = index !== -1;
  return (
    <>
      <Button disabled={!isInRows || index === 0} onClick={() => open(rows[index - 1])}>
        Previous
      </Button>
      <Button
        disabled={!isInRows || index === rows.length - 1}
        onClick={() => open(rows[index + 1])}
      >
        Next
      </Button>
      {strayingSeq !== null && (
        <Button onClick={() => props.onShowInTimeline(strayingSeq)}>Show in timeline</Button>
      )}
      <CopyLink reference={props.reference} threadId={props.threadId} />
    </>
  );
}

function CopyLink(props: { reference: string | null; threadId: string }) {
  const hrefOf = useHref();
  if (props.reference === null) return null;
  const { reference, threadId } = props;
  const seq = toSeq(reference);
  const path = `/threads/${encodeURIComponent(threadId)}?message=${encodeURIComponent(reference)}`;
  const anchored = seq === null ? path : `${path}&at=${seq}`;
  return (
    <CopyLinkButton
      href={() => hrefOf(anchored)}
      label="Copy link to this message"
      className="ml-auto"
    />
  );
}

function MessageDetails({ message }: { message: TimelineMessage }) {
  return (
    <div className="flex h-full flex-col gap-3">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-table">
        <Fact label="When">
          <Instant instant={message.occurredAt} show="exact" />
        </Fact>
        <Fact label="Thread">
          <Id id={message.threadId} what="thread id" />
        </Fact>
        <Fact label="Message">
          <Id id={message.id} what="message id" />
        </Fact>
        {message.slotIndex !== null && message.slotIndex !== undefined && (
          <Fact label="Slot">{message.slotIndex}</Fact>
        )}
      </dl>
      {message.payloadPruned === true ? (
        <PrunedPayload />
      ) : (
        <PayloadInspector
          payload={message.payload}
          label={`Payload, ${message.payloadType}`}
          className="min-h-64 flex-1"
        />
      )}
    </div>
  );
}

function Fact(props: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{props.label}</dt>
      <dd className="min-w-0 truncate">{props.children}</dd>
    </>
  );
}

function MissingMessage(props: ReturnType<typeof useMessage> & { isKnown: boolean }) {
  if (props.error !== null) {
    return (
      <FailedState
        what="The message could not be loaded"
        why={props.error.detail}
        onRetry={props.refetch}
        isCompact
      />
    );
  }
  if (props.isPending) return <SkeletonRows rows={6} label="Loading message" />;
  return (
    <EmptyState title="This message is not here" isCompact>
      <p>
        {props.isKnown
          ? 'No message stands at this place. The store may have been replaced since the link was made.'
          : 'It is not among the loaded messages. Load older ones, or open it from the list.'}
      </p>
    </EmptyState>
  );
}
