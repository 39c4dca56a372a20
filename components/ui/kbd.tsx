import { clsx } from 'clsx';

/** One key or chord as printed on a keyboard. A hint on a control is not read out. */
export function Kbd(props: { children: React.ReactNode; isHint?: boolean | undefined }) {
  return (
    <kbd
      aria-hidden={props.isHint}
      className={clsx(
        'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line-strong px-1 text-micro text-ink-3',
        // Who works with a finger has no key to press.
        props.isHint === true && 'max-sm:hidden pointer-coarse:hidden',
      )}
    >
      {props.children}
    </kbd>
  );
}
