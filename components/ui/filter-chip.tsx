'use client';

import { X } from 'lucide-react';

/** One filter in force: "Status: active", removed with a press. */
export function FilterChip(props: { label: string; value: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-6 max-w-72 items-center rounded-md border border-accent/50 bg-accent-wash text-table">
      <span className="pl-2 text-ink-2">{props.label}</span>
      <span className="truncate px-1.5 font-medium">{props.value}</span>
      <button
        type="button"
        aria-label={`Remove filter ${props.label}: ${props.value}`}
        onClick={props.onRemove}
        className="touch-halo flex size-6 items-center justify-center rounded-md text-ink-3 hover:text-ink"
      >
        <X className="size-3" aria-hidden />
      </button>
    </span>
  );
}

/** A filter that is on or off, with how many rows it would leave. */
export function ToggleChip(props: {
  isOn: boolean;
  onToggle: () => void;
  count?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={props.isOn}
      onClick={props.onToggle}
      className="touch-halo inline-flex h-6 items-center gap-1.5 rounded-md border border-line px-2 text-table text-ink-2 transition-colors hover:border-line-strong hover:text-ink aria-pressed:border-accent/60 aria-pressed:bg-accent-wash aria-pressed:text-ink"
    >
      {props.children}
      {props.count !== undefined && <span className="text-ink-2">{props.count}</span>}
    </button>
  );
}
