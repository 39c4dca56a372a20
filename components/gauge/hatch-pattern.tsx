/** Diagonal lines in the current colour: reserved, not yet spent. */
export function HatchPattern({ id }: { id: string }) {
  return (
    <defs>
      <pattern
        id={id}
        width="4"
        height="4"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="2" height="4" className="fill-current" />
      </pattern>
    </defs>
  );
}
