import { sparkTop } from './prepare-rates.ts';

/** The last two minutes at a glance: bars on a zero baseline. */
export function SparkBars(props: {
  /** Oldest first. */
  values: readonly number[];
  /** For screen readers: "Events per second, last 2 minutes". */
  label: string;
}) {
  const { values } = props;
  const top = sparkTop(values);
  return (
    <svg
      role="img"
      aria-label={props.label}
      viewBox={`0 0 ${values.length} 1`}
      preserveAspectRatio="none"
      className="mt-0.5 h-5 w-full text-gauge"
    >
      {values.map((value, index) => (
        <rect
          key={index}
          x={index}
          y={1 - Math.min(1, value / top)}
          width={0.7}
          height={Math.min(1, value / top)}
          className="fill-current"
        />
      ))}
    </svg>
  );
}
