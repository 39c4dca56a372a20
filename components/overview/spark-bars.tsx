/** The last two minutes at a glance: bars on a zero baseline, as high as the highest of them. */
export function SparkBars(props: {
  /** Oldest first. */
  values: readonly number[];
  /** For screen readers: "Events per second, last 2 minutes". */
  label: string;
}) {
  const { values } = props;
  const highest = Math.max(1, ...values);
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
          y={1 - value / highest}
          width={0.7}
          height={value / highest}
          className="fill-current"
        />
      ))}
    </svg>
  );
}
