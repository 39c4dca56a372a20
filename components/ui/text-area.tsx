'use client';

import { clsx } from 'clsx';

/** Several lines of text, with what is wrong below them. */
export function TextArea({
  label,
  hint,
  error,
  className,
  ...rest
}: {
  label: string;
  hint?: string | undefined;
  /** What is wrong and what was expected. */
  error?: string | undefined;
} & React.ComponentProps<'textarea'>) {
  return (
    <label className="flex flex-col gap-1">
      <span className="text-table text-ink-2">{label}</span>
      <textarea
        spellCheck={false}
        aria-invalid={error !== undefined}
        className={clsx(
          'w-full min-w-0 resize-y rounded-md border border-line-strong bg-panel px-2 py-1.5 text-base text-ink focus-visible:-outline-offset-1',
          error !== undefined && 'border-error',
          className,
        )}
        {...rest}
      />
      {error === undefined && hint !== undefined && (
        <span className="text-table text-ink-3">{hint}</span>
      )}
      {error !== undefined && <output className="text-table text-error">{error}</output>}
    </label>
  );
}
