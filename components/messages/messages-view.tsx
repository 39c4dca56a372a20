'use client';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { useSettled } from '#components/ui/use-settled.ts';

import { filterKey } from './message-filter.ts';
import { MessageFilters } from './message-filters.tsx';
import { MessageStreamPanel } from './message-stream-panel.tsx';
import { useMessageFilter } from './use-message-filter.ts';

/** Every message of the organism, live on top of history. */
export function MessagesView() {
  const { filter, change, clear } = useMessageFilter();
  const settled = { ...filter, text: useSettled(filter.text) };
  return (
    <Page fill>
      <PageHeader title="Messages" />
      <div className="-mt-1 flex flex-wrap items-center gap-2">
        <MessageFilters filter={filter} onChange={change} />
      </div>
      <MessageStreamPanel key={filterKey(settled)} filter={settled} onClear={clear} />
    </Page>
  );
}
