import { clsx } from 'clsx';

/** One key or chord as printed on a keyboard: "g", "⌘K". */
export function Kbd(props: { children: React.ReactNode; className?: string | undefined }) {
  return (
    <kbd
      className={clsx(
        'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line-strong px-1 text-micro text-ink-3',
        props.className,
      )}
    >
      {props.children}
    </kbd>
  );
}
