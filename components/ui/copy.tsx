'use client';

import { clsx } from 'clsx';
import { Check, Copy, Link2, type LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';

import { IconButton } from './button.tsx';

const CONFIRMED_MS = 1500;

export function CopyButton(props: {
  /** A function is asked when pressed: for text that is costly to write. */
  text: string | (() => string);
  /** What is copied, for the tip: "Copy thread id". */
  label?: string | undefined;
  /** Shown instead of the mark of copying. */
  icon?: LucideIcon | undefined;
  size?: 'sm' | 'md' | undefined;
  className?: string | undefined;
}) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const Icon = isCopied ? Check : (props.icon ?? Copy);
  return (
    <IconButton
      label={isCopied ? 'Copied' : (props.label ?? 'Copy')}
      size={props.size ?? 'sm'}
      className={props.className}
      onClick={(event) => {
        event.stopPropagation();
        const { text } = props;
        void copyText(typeof text === 'string' ? text : text()).then(setIsCopied);
      }}
    >
      <Icon className={clsx('size-3.5', isCopied && 'text-completed')} aria-hidden />
    </IconButton>
  );
}

/** Copies an address of this page, which is not what is written beside it. */
export function CopyLinkButton(props: {
  /** With the scope of the page; asked when pressed. */
  href: () => string;
  label: string;
  className?: string | undefined;
}) {
  return (
    <CopyButton
      text={() => `${location.origin}${props.href()}`}
      label={props.label}
      icon={Link2}
      size="md"
      className={props.className}
    />
  );
}

/** A command to paste into a terminal, selectable and copied with one press. */
export function CopyCommand(props: { command: string; className?: string | undefined }) {
  return (
    <div
      className={clsx(
        'flex min-w-0 items-center gap-2 rounded-md border border-line bg-canvas py-1 pr-1 pl-3 text-left',
        props.className,
      )}
    >
      <span className="mono text-ink-3 select-none" aria-hidden>
        $
      </span>
      <code className="min-w-0 flex-1 text-table break-words whitespace-pre-wrap">
        {props.command}
      </code>
      <CopyButton text={props.command} label="Copy command" />
    </div>
  );
}

/** @returns whether the text reached the clipboard; a plain-http page on another host has none */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'fixed top-0 -left-full';
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  return isCopied;
}
