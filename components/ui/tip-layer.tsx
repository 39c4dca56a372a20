'use client';

import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect, useState } from 'react';

const OPEN_DELAY_MS = 350;
const WARM_MS = 400; // after one tip closes, the next opens at once

type Tip = { anchor: Element; text: string };

/**
 * One tooltip for the whole page. Any element with `data-tip` shows it on hover, focus or tap;
 * a table with thousands of figures needs no component per figure.
 */
export function TipLayer() {
  const [tip, setTip] = useState<Tip | null>(null);
  useEffect(() => listenForTips(document, setTip), []);
  return (
    <Tooltip.Root open={tip !== null} onOpenChange={(open) => !open && setTip(null)}>
      <Tooltip.Portal>
        <Tooltip.Positioner anchor={tip?.anchor ?? null} sideOffset={6} className="z-50">
          <Tooltip.Popup className="pointer-events-none max-w-80 rounded-sm bg-ink px-2 py-1 text-table whitespace-pre-line text-on-ink data-anchor-hidden:hidden">
            {tip?.text}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

function listenForTips(root: Document, show: (tip: Tip | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: Element | null = null;
  let closedAt = 0;

  const close = () => {
    clearTimeout(timer);
    if (shown === null) return;
    shown = null;
    closedAt = performance.now();
    show(null);
  };
  const open = (anchor: Element) => {
    const text = anchor.getAttribute('data-tip');
    if (text === null || text === '') return;
    shown = anchor;
    show({ anchor, text });
  };
  const aim = (event: Event) => {
    const anchor = tipAnchor(event.target);
    if (anchor === shown && anchor !== null) return;
    close();
    if (anchor === null) return;
    const isWarm = performance.now() - closedAt < WARM_MS;
    timer = setTimeout(() => open(anchor), isWarm ? 0 : OPEN_DELAY_MS);
  };
  const aimFocus = (event: Event) => {
    const anchor = tipAnchor(event.target);
    if (anchor?.matches(':focus-visible') === true) open(anchor);
  };
  const tap = (event: PointerEvent) => {
    close();
    const anchor = tipAnchor(event.target);
    // A finger has no hover: a tap on a figure shows it, a tap on a button presses it.
    if (event.pointerType === 'touch' && anchor !== null && !anchor.matches('button, a'))
      open(anchor);
  };
  const closeOnEscape = (event: KeyboardEvent) => event.key === 'Escape' && close();

  const scope = new AbortController();
  const options = { signal: scope.signal, passive: true };
  root.addEventListener('pointerover', aim, options);
  root.addEventListener('focusin', aimFocus, options);
  root.addEventListener('focusout', close, options);
  root.addEventListener('pointerdown', tap, options);
  root.addEventListener('keydown', closeOnEscape, options);
  root.addEventListener('scroll', close, { ...options, capture: true });
  return () => {
    clearTimeout(timer);
    scope.abort();
  };
}

function tipAnchor(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest('[data-tip]') : null;
}
