'use client';

import { useState } from 'react';

import { useVisibleRows } from '#components/ui/table/use-visible-rows.ts';

import { PayloadTreeItem } from './payload-tree-item.tsx';
import {
  moreStep,
  showMore,
  toggleNode,
  treeRows,
  type TreeRow,
  type TreeState,
} from './prepare-tree.ts';
import { useTreeKeys } from './use-tree-keys.ts';

const ROW_HEIGHT_PX = 24;

/** The payload as a tree; only what is open and on screen is drawn. */
export function PayloadTree(props: {
  label: string;
  payload: unknown;
  state: TreeState;
  onChange: (state: TreeState) => void;
  /** Marked where it occurs. */
  wanted: string;
  /** The row the search stands on. */
  currentId: string | null;
}) {
  const { state, onChange, currentId } = props;
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const rows = treeRows(props.payload, state);
  const currentIndex = rows.findIndex((row) => row.id === currentId);
  const visible = useVisibleRows({
    count: rows.length,
    rowHeight: ROW_HEIGHT_PX,
    scroller,
    show:
      currentId === null || currentIndex === -1 ? null : { key: currentId, index: currentIndex },
  });
  const keys = useTreeKeys({ rows, scroller, toggle: (id) => onChange(toggleNode(state, id)) });
  const tabStop = visible.indexes.includes(keys.activeIndex)
    ? keys.activeIndex
    : (visible.indexes[0] ?? 0);
  return (
    <div
      ref={setScroller}
      role="tree"
      tabIndex={-1}
      aria-label={props.label}
      onKeyDown={keys.onKeyDown}
      onClick={(event) => {
        const row = rows[rowIndexOf(event.target) ?? -1];
        if (row !== undefined) pressRow(row, state, onChange);
      }}
      className="mono min-h-0 flex-1 overflow-auto py-1 text-table outline-none"
    >
      <div style={{ height: visible.before }} />
      {visible.indexes.map((index) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          <PayloadTreeItem
            key={row.id}
            row={row}
            index={index}
            measure={visible.measure}
            isTabStop={index === tabStop}
            isCurrent={row.id === currentId}
            wanted={props.wanted}
            onFocus={() => keys.setActiveIndex(index)}
          />
        );
      })}
      <div style={{ height: visible.after }} />
    </div>
  );
}

function pressRow(row: TreeRow, state: TreeState, onChange: (state: TreeState) => void): void {
  // A press that ends a selection of text is no wish to close what is being read.
  if ((document.getSelection()?.toString() ?? '') !== '') return;
  if (row.kind === 'node' && row.canOpen) onChange(toggleNode(state, row.id));
  if (row.kind === 'more') onChange(showMore(state, row.of, row.shown + moreStep(row.unit)));
}

function rowIndexOf(target: EventTarget): number | null {
  const item = target instanceof Element ? target.closest<HTMLElement>('[role="treeitem"]') : null;
  return item === null ? null : Number(item.dataset['index']);
}
