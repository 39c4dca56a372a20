'use client';

import { ChevronLeft, ChevronRight } from 'lucide-react';
import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { type FoundMessage, useMessage } from '#components/api/use-message.ts';
import { useAmendments } from '#components/live/use-paced-live.ts';
import { PayloadInspector } from '#components/payload/payload-inspector.tsx';
import { PrunedPayload } from '#components/payload/pruned-payload.tsx';
import { Button } from '#components/ui/button.tsx';
import { Drawer } from '#components/ui/dialog.tsx';
import { Id } from '#components/ui/id.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import { Instant, TimeAgo } from '#components/ui/time.tsx';

import { endName } from './message-ends.tsx';
import { fromAmendment, fromRow, type MessageItem } from './message-item.ts';
import type { OpenMessage } from './use-open-message.ts';

/** Details of the message in the URL: as it was pressed or listed, else from the store. */
export function MessageDrawer(props: { control: OpenMessage; items: readonly MessageItem[] }) {
  const { control, items } = props;
  const { seq, open, close } = control;
  const index = items.findIndex((item) => item.seq === seq);
  const known = items[index] ?? control.message ?? undefined;
  const stored = useMessage(known === undefined ? seq : null);
  const amendment = useAmendments().findLast(({ amends }) => amends.seq === seq);
  const message =
    (amendment && fromAmendment(amendment)) ?? known ?? (stored.message && fromRow(stored.message));
  const newer = index === -1 ? undefined : items[index - 1];
  const older = index === -1 ? undefined : items[index + 1];
  return (
    <Drawer
      open={seq !== null}
      onClose={close}
      title={message === null ? 'Message' : titleOf(message)}
      footer={
        index !== -1 && (
          <div className="flex w-full justify-between">
            <Step to={newer} onOpen={open}>
              <ChevronLeft className="size-3.5" aria-hidden />
              Newer
            </Step>
            <Step to={older} onOpen={open}>
              Older
              <ChevronRight className="size-3.5" aria-hidden />
            </Step>
          </div>
        )
      }
    >
      {message === null ? (
        <MissingMessage {...stored} />
      ) : (
        <MessageDetails key={message.seq} message={message} />
      )}
    </Drawer>
  );
}

function MissingMessage({ error, isPending, refetch }: FoundMessage) {
  if (isPending) return <Skeleton className="h-48 w-full" />;
  if (error === null) {
    return (
      <EmptyState isCompact title="There is no message at this place">
        <p>The store may have been replaced since the link was made.</p>
      </EmptyState>
    );
  }
  return (
    <FailedState
      isCompact
      what="The message could not be loaded"
      why={error.detail}
      onRetry={refetch}
    />
  );
}

function titleOf(message: MessageItem): string {
  return `${endName(message.from)} → ${endName(message.to)}`;
}

function Step(props: {
  to: MessageItem | undefined;
  onOpen: (message: MessageItem) => void;
  children: React.ReactNode;
}) {
  const { to } = props;
  return (
    <Button disabled={to === undefined} onClick={() => to !== undefined && props.onOpen(to)}>
      {props.children}
    </Button>
  );
}

function MessageDetails({ message }: { message: MessageItem }) {
  const hrefOf = useHref();
  return (
    <div className="flex h-full min-h-96 flex-col gap-4">
      <dl className="grid grid-cols-[5rem_1fr] gap-x-4 gap-y-1">
        <Fact name="Type">
          <span className="mono">{message.payloadType}</span>
        </Fact>
        <Fact name="Sent">
          <Instant instant={message.at} />
          <TimeAgo instant={message.at} className="ml-2 text-ink-3" />
        </Fact>
        <Fact name="Thread">
          <Link
            href={hrefOf(`/threads/${encodeURIComponent(message.threadId)}`)}
            className="underline decoration-line-strong underline-offset-2 hover:decoration-current"
          >
            <Id id={message.threadId} canCopy={false} />
          </Link>
        </Fact>
        <Fact name="From">
          <AgentLink name={message.from} />
        </Fact>
        <Fact name="To">
          <AgentLink name={message.to} />
        </Fact>
        {message.slotIndex !== null && <Fact name="Slot">{message.slotIndex}</Fact>}
        <Fact name="Id">
          <Id id={message.id} what="message id" />
        </Fact>
      </dl>
      {message.isPayloadPruned ? (
        <PrunedPayload />
      ) : (
        <PayloadInspector
          payload={message.payload}
          label={`Payload of message ${message.id}`}
          className="min-h-72 flex-1"
        />
      )}
    </div>
  );
}

function Fact(props: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{props.name}</dt>
      <dd className="min-w-0 truncate">{props.children}</dd>
    </>
  );
}

function AgentLink({ name }: { name: string }) {
  const hrefOf = useHref();
  if (name === '') return <span className="text-ink-3">{endName(name)}</span>;
  return (
    <Link
      href={hrefOf(`/agents/${encodeURIComponent(name)}`)}
      className="underline decoration-line-strong underline-offset-2 hover:decoration-current"
    >
      {name}
    </Link>
  );
}
