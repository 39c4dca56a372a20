/** The meter role around a drawn gauge, with a sentence instead of a bare number. */
export function Meter(props: {
  label: string;
  /** 0 to 100; beyond it the sentence tells. */
  percent: number;
  spoken: string;
  tip: string;
  className?: string | undefined;
  children: React.ReactNode;
}) {
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a native meter holds no drawing
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(Math.min(100, props.percent))}
      aria-valuetext={props.spoken}
      data-tip={props.tip}
      className={props.className}
    >
      {props.children}
    </div>
  );
}
