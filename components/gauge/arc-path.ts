const START_DEGREES = 135; // lower left; the opening is a quarter turn at the bottom
const SWEEP_DEGREES = 270;

/** The point on a circle of `radius` around the origin at `share` (0 to 100) of the arc. */
export function pointOn(radius: number, share: number): [number, number] {
  const radians = ((START_DEGREES + (share / 100) * SWEEP_DEGREES) * Math.PI) / 180;
  return [round(radius * Math.cos(radians)), round(radius * Math.sin(radians))];
}

/** SVG path of the ring piece between two radii and two shares of the arc. */
export function annularSector(inner: number, outer: number, from: number, to: number): string {
  const isLarge = ((to - from) / 100) * SWEEP_DEGREES > 180 ? 1 : 0;
  const arc = (radius: number, sweep: 0 | 1, share: number) =>
    `A${radius} ${radius} 0 ${isLarge} ${sweep} ${pointOn(radius, share).join(' ')}`;
  return [
    `M${pointOn(outer, from).join(' ')}`,
    arc(outer, 1, to),
    `L${pointOn(inner, to).join(' ')}`,
    `${arc(inner, 0, from)}Z`,
  ].join('');
}

// The server and the browser must print the same path, whatever their last digit of cos is.
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
