import { clsx } from 'clsx';
import { CircleHelp, Info, OctagonX, TriangleAlert } from 'lucide-react';

const MARKS = {
  fatal: { Icon: OctagonX, colour: 'text-error', word: 'Fatal' },
  error: { Icon: TriangleAlert, colour: 'text-error', word: 'Error' },
  warning: { Icon: Info, colour: 'text-waiting', word: 'Warning' },
} as const;

/** How bad it is as colour, shape and word; a word this build does not know is shown as it came. */
export function SeverityMark({ severity }: { severity: string }) {
  const mark = isKnown(severity)
    ? MARKS[severity]
    : { Icon: CircleHelp, colour: 'text-unknown', word: severity };
  return (
    <span className="inline-flex items-center gap-1.5 align-middle">
      <mark.Icon className={clsx('size-3.5 shrink-0', mark.colour)} aria-hidden />
      {mark.word}
    </span>
  );
}

function isKnown(severity: string): severity is keyof typeof MARKS {
  return Object.hasOwn(MARKS, severity);
}
