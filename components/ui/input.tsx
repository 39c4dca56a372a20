'use client';

import { clsx } from 'clsx';
import { Search, X } from 'lucide-react';

import { IconButton } from './button.tsx';
import { Kbd } from './kbd.tsx';

const FIELD =
  'touch-target h-7 w-full min-w-0 rounded-md border border-line-strong bg-panel px-2 text-base ' +
  'text-ink transition-colors placeholder:text-ink-3 focus-visible:-outline-offset-1 ' +
  'disabled:opacity-45';

/** A text field; give it a `label` above or an `aria-label`. */
export function Input({
  label,
  hint,
  error,
  className,
  ...rest
}: {
  label?: string | undefined;
  hint?: string | undefined;
  /** What is wrong and what was expected. */
  error?: string | undefined;
} & React.ComponentProps<'input'>) {
  const field = (
    <input
      className={clsx(FIELD, error !== undefined && 'border-error', className)}
      aria-invalid={error !== undefined}
      {...rest}
    />
  );
  if (label === undefined) return field;
  return (
    <label className="flex flex-col gap-1">
      <span className="text-table text-ink-2">{label}</span>
      {field}
      {error === undefined && hint !== undefined && (
        <span className="text-table text-ink-3">{hint}</span>
      )}
      {error !== undefined && <span className="text-table text-error">{error}</span>}
    </label>
  );
}

/** The filter of a page: `/` puts the cursor here, Esc empties it. */
export function SearchInput(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string | undefined;
  /** Answers to `/`; at most one per page. */
  isPageFilter?: boolean | undefined;
  className?: string | undefined;
}) {
  const { value, onChange, isPageFilter } = props;
  return (
    <div className={clsx('relative min-w-0', props.className ?? 'w-56')}>
      <Search
        className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-ink-3"
        aria-hidden
      />
      <input
        type="text"
        role="searchbox"
        aria-label={props.label}
        placeholder={props.placeholder ?? props.label}
        value={value}
        autoComplete="off"
        spellCheck={false}
        data-page-filter={isPageFilter === true ? '' : undefined}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (value === '') event.currentTarget.blur();
          else onChange('');
        }}
        className={clsx(FIELD, 'px-7')}
      />
      <span className="absolute top-1/2 right-1.5 -translate-y-1/2">
        {value === '' && isPageFilter === true && <Kbd isHint>/</Kbd>}
        {value !== '' && (
          <IconButton label="Clear" size="sm" className="-mr-1" onClick={() => onChange('')}>
            <X className="size-3.5" aria-hidden />
          </IconButton>
        )}
      </span>
    </div>
  );
}
