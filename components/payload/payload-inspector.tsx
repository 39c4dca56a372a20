'use client';

import { clsx } from 'clsx';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useDeferredValue, useState } from 'react';

import { IconButton } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy.tsx';
import { SearchInput } from '#components/ui/input.tsx';
import { SegmentedControl } from '#components/ui/segmented-control.tsx';

import { payloadJson } from './payload-json.ts';
import { PayloadRaw } from './payload-raw.tsx';
import { PayloadTree } from './payload-tree.tsx';
import { firstTreeState, type TreeState } from './prepare-tree.ts';
import { revealMatch, searchTree, type TreeMatch, type TreeSearch } from './search-tree.ts';

type PayloadInspectorProps = {
  payload: unknown;
  /** What the payload belongs to, for screen readers: "Payload of message m-12". */
  label: string;
  /** Takes the height its parent gives, and scrolls inside. */
  className?: string | undefined;
};

/**
 * A payload as tree or JSON, searched and copied. Payload text is only ever text, and only what is
 * open and on screen is drawn: depth and size cost nothing until asked for. Give it a `key` per payload.
 */
export function PayloadInspector({ payload, label, className }: PayloadInspectorProps) {
  const [view, setView] = useState<'tree' | 'raw'>('tree');
  const [tree, setTree] = useState<TreeState>(() => firstTreeState(payload));
  const [text, setText] = useState('');
  const [matchIndex, setMatchIndex] = useState<number | null>(null);
  const wanted = useDeferredValue(text);
  const search = searchTree(payload, wanted);
  const current = matchIndex === null ? undefined : search.matches[matchIndex];

  const goToMatch = (step: 1 | -1) => {
    const count = search.matches.length;
    if (count === 0) return;
    const start = step === 1 ? 0 : count - 1;
    const next = matchIndex === null ? start : (matchIndex + step + count) % count;
    const match = search.matches[next];
    if (match === undefined) return;
    setView('tree');
    setMatchIndex(next);
    setTree((before) => revealMatch(before, match));
  };
  const changeText = (next: string) => {
    setText(next);
    setMatchIndex(null);
  };

  return (
    <section
      aria-label={label}
      className={clsx(
        'flex min-h-0 flex-col overflow-hidden rounded-md border border-line',
        className,
      )}
    >
      <div className="flex flex-wrap items-center gap-2 border-b border-line p-2">
        <SegmentedControl label="Payload view" value={view} segments={VIEWS} onChange={setView} />
        <PayloadSearch
          text={text}
          onChange={changeText}
          search={search}
          matchIndex={matchIndex}
          onStep={goToMatch}
        />
        <CopyButton
          text={() => payloadJson(payload) ?? ''}
          label="Copy payload as JSON"
          size="md"
          className="ml-auto"
        />
      </div>
      <PayloadView
        view={view}
        label={label}
        payload={payload}
        tree={tree}
        onTreeChange={setTree}
        wanted={wanted}
        current={current}
      />
    </section>
  );
}

const VIEWS = [
  { value: 'tree', label: 'Tree' },
  { value: 'raw', label: 'Raw' },
] as const;

function PayloadView(props: {
  view: 'tree' | 'raw';
  label: string;
  payload: unknown;
  tree: TreeState;
  onTreeChange: (tree: TreeState) => void;
  wanted: string;
  current: TreeMatch | undefined;
}) {
  if (props.view === 'tree') {
    return (
      <PayloadTree
        label={props.label}
        payload={props.payload}
        state={props.tree}
        onChange={props.onTreeChange}
        wanted={props.wanted}
        currentId={props.current?.id ?? null}
      />
    );
  }
  const json = payloadJson(props.payload);
  return json === null ? (
    <p className="p-3 text-ink-2">
      This payload is nested too deep to be written as one text. The tree shows it level by level.
    </p>
  ) : (
    <PayloadRaw json={json} wanted={props.wanted} />
  );
}

function PayloadSearch(props: {
  text: string;
  onChange: (text: string) => void;
  search: TreeSearch;
  matchIndex: number | null;
  onStep: (step: 1 | -1) => void;
}) {
  const { search, onStep } = props;
  return (
    <form
      className="order-last flex w-full min-w-48 items-center gap-1 sm:order-none sm:w-auto sm:flex-1"
      onSubmit={(event) => {
        event.preventDefault();
        onStep(1);
      }}
    >
      <SearchInput
        label="Search payload"
        value={props.text}
        onChange={props.onChange}
        className="flex-1"
      />
      <output className="min-w-14 text-right text-table text-ink-2">
        {props.text.trim() === '' ? '' : matchText(search, props.matchIndex)}
      </output>
      <IconButton label="Previous match" onClick={() => onStep(-1)}>
        <ChevronUp className="size-4" aria-hidden />
      </IconButton>
      <IconButton label="Next match" shortcut="Enter" onClick={() => onStep(1)}>
        <ChevronDown className="size-4" aria-hidden />
      </IconButton>
    </form>
  );
}

function matchText({ matches, isComplete }: TreeSearch, matchIndex: number | null): string {
  const total = `${matches.length}${isComplete ? '' : '+'}`;
  if (matches.length === 0) return isComplete ? 'None' : 'None so far';
  return matchIndex === null ? total : `${matchIndex + 1} of ${total}`;
}
