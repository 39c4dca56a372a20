import { clsx } from 'clsx';

export type Tone = 'neutral' | 'processing' | 'waiting' | 'error' | 'completed' | 'accent';

const TONES: Record<Tone, string> = {
  neutral: 'border-line-strong text-ink-2',
  processing: 'border-processing/50 text-processing',
  waiting: 'border-waiting/50 text-waiting',
  error: 'border-error/50 text-error',
  completed: 'border-completed/50 text-completed',
  accent: 'border-accent/50 text-accent',
};

/** A short fact about the thing beside it: "est.", "tool", "gap". Never the only carrier of state. */
export function Badge(props: {
  tone?: Tone | undefined;
  tip?: string | undefined;
  children: React.ReactNode;
}) {
  return (
    <span
      data-tip={props.tip}
      className={clsx(
        'inline-flex h-4 shrink-0 items-center rounded-sm border px-1 text-micro whitespace-nowrap',
        TONES[props.tone ?? 'neutral'],
      )}
    >
      {props.children}
    </span>
  );
}
