'use client';

import { clsx } from 'clsx';
import { ChevronRight } from 'lucide-react';

import { formatCompact, formatExact } from '#components/format/number.ts';

import { Highlight } from './highlight.tsx';
import { moreStep, type TreeNode, type TreeRow, type ValueType } from './prepare-tree.ts';

const INDENT_PX = 14;
/** Deeper levels keep this indent, so that a deep payload stays readable. */
const MAX_INDENT_LEVELS = 16;

export function PayloadTreeItem({
  row,
  index,
  measure,
  ...props
}: {
  row: TreeRow;
  index: number;
  measure: ((element: Element | null) => void) | undefined;
  isTabStop: boolean;
  /** The search stands here. */
  isCurrent: boolean;
  wanted: string;
  onFocus: () => void;
}) {
  return (
    <div
      ref={measure}
      data-index={index}
      role="treeitem"
      {...treeItemProps(row)}
      tabIndex={props.isTabStop ? 0 : -1}
      onFocus={props.onFocus}
      style={{ paddingLeft: 12 + Math.min(row.depth, MAX_INDENT_LEVELS) * INDENT_PX }}
      className={clsx(
        'flex min-h-6 items-start gap-1 pr-3 focus-visible:-outline-offset-2',
        row.kind === 'text' ? 'cursor-text' : canPress(row) && 'cursor-pointer hover:bg-wash',
        props.isCurrent && 'bg-accent-wash',
      )}
    >
      <RowContent row={row} wanted={props.wanted} />
    </div>
  );
}

function RowContent({ row, wanted }: { row: TreeRow; wanted: string }) {
  switch (row.kind) {
    case 'node':
      return <NodeContent node={row} wanted={wanted} />;
    case 'text':
      return (
        <span className="min-w-0 border-l border-line py-1 pl-2 break-words whitespace-pre-wrap">
          <Highlight text={row.text} wanted={wanted} />
        </span>
      );
    case 'more': {
      const next = Math.min(moreStep(row.unit), row.total - row.shown);
      return (
        <span className="py-1 pl-4 text-accent">
          {`Show ${formatExact(next)} more ${row.unit} of ${formatExact(row.total)}`}
        </span>
      );
    }
  }
}

function NodeContent({ node, wanted }: { node: TreeNode; wanted: string }) {
  const isText = node.type === 'string';
  return (
    <>
      <ChevronRight
        aria-hidden
        className={clsx(
          'mt-1.5 size-3 shrink-0 text-ink-3 transition-transform',
          node.isOpen && 'rotate-90',
          !node.canOpen && 'invisible',
        )}
      />
      {node.key !== null && (
        <span className="max-w-[60%] shrink-0 truncate py-1 text-ink-2">
          <Highlight text={node.key} wanted={wanted} />
          <span className="text-ink-3">:</span>
        </span>
      )}
      {!(isText && node.isOpen) && node.preview !== '' && (
        <span className={clsx('min-w-0 truncate py-1', VALUE_COLOURS[node.type])}>
          {isText && '"'}
          <Highlight text={node.preview} wanted={wanted} />
          {isText && '"'}
        </span>
      )}
      {isText && node.preview === '' && <span className="py-1 text-ink-3">{'""'}</span>}
      {node.size !== null && <span className="shrink-0 py-1 text-ink-3">{sizeText(node)}</span>}
    </>
  );
}

const VALUE_COLOURS: Record<ValueType, string> = {
  object: 'text-ink-3',
  array: 'text-ink-3',
  string: 'text-ink',
  number: 'text-processing',
  boolean: 'text-paused',
  null: 'text-ink-3',
};

function sizeText({ type, size }: TreeNode): string {
  const count = size ?? 0;
  if (type === 'string') return `${formatCompact(count)} characters`;
  if (count === 0) return type === 'array' ? '[]' : '{}';
  return type === 'array' ? `[${formatExact(count)}]` : `{${formatExact(count)}}`;
}

function canPress(row: TreeRow): boolean {
  return row.kind === 'more' || (row.kind === 'node' && row.canOpen);
}

function treeItemProps(row: TreeRow): React.AriaAttributes {
  if (row.kind !== 'node') return { 'aria-level': row.depth + 1 };
  return {
    'aria-level': row.depth + 1,
    'aria-posinset': row.position,
    'aria-setsize': row.siblings,
    ...(row.canOpen ? { 'aria-expanded': row.isOpen } : {}),
  };
}
