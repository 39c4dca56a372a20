'use client';

import { clsx } from 'clsx';
import Link from 'next/link';

type Variant = 'primary' | 'default' | 'ghost' | 'danger';
type Size = 'sm' | 'md';

const BASE =
  'touch-target inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border ' +
  'font-medium whitespace-nowrap transition-colors select-none ' +
  'disabled:pointer-events-none disabled:opacity-45 aria-disabled:opacity-45';

const VARIANTS: Record<Variant, string> = {
  primary: 'border-transparent bg-ink text-on-ink hover:bg-ink-2',
  default: 'border-line-strong bg-panel text-ink hover:bg-wash active:bg-press',
  ghost: 'border-transparent text-ink-2 hover:bg-wash hover:text-ink active:bg-press',
  danger: 'border-error/50 bg-panel text-error hover:bg-error/10',
};

const SIZES: Record<Size, string> = {
  sm: 'h-6 px-2 text-table',
  md: 'h-7 px-2.5 text-base',
};

type Look = { variant?: Variant | undefined; size?: Size | undefined };

function buttonClass({ variant = 'default', size = 'md' }: Look, extra?: string): string {
  return clsx(BASE, VARIANTS[variant], SIZES[size], extra);
}

export function Button({
  variant,
  size,
  className,
  type = 'button',
  ...rest
}: Look & React.ComponentProps<'button'>) {
  return <button type={type} className={buttonClass({ variant, size }, className)} {...rest} />;
}

export function ButtonLink({
  variant,
  size,
  className,
  ...rest
}: Look & React.ComponentProps<typeof Link>) {
  return <Link className={buttonClass({ variant, size }, className)} {...rest} />;
}

/** A file to save: the browser streams it to disk, no page is left. */
export function DownloadLink({
  variant,
  size,
  className,
  children,
  ...rest
}: Look & Omit<React.ComponentProps<'a'>, 'download'>) {
  return (
    <a download className={buttonClass({ variant, size }, className)} {...rest}>
      {children}
    </a>
  );
}

const ICON_SIZES: Record<Size, string> = { sm: 'size-6', md: 'size-7' };

/** A button that is only an icon: `label` is its name and its tip. */
export function IconButton({
  label,
  variant = 'ghost',
  size = 'md',
  className,
  shortcut,
  ...rest
}: Look & { label: string; shortcut?: string | undefined } & React.ComponentProps<'button'>) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={shortcut === undefined ? label : `${label}  ${shortcut}`}
      className={clsx(BASE, VARIANTS[variant], ICON_SIZES[size], className)}
      {...rest}
    />
  );
}
