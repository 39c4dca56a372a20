/** Colours a chart may hand out; the rest of the series share one grey. */
export const SERIES_COUNT = 8;

export type SeriesColour = {
  /** For `fill`, `stroke` and `style`: follows the theme by itself. */
  css: string;
  /** Class that paints the background. */
  swatch: string;
};

// Written out so that Tailwind finds the class names.
const SWATCHES = [
  'bg-series-1',
  'bg-series-2',
  'bg-series-3',
  'bg-series-4',
  'bg-series-5',
  'bg-series-6',
  'bg-series-7',
  'bg-series-8',
] as const;

export const REST_COLOUR: SeriesColour = {
  css: 'var(--color-series-rest)',
  swatch: 'bg-series-rest',
};

/**
 * Gives each id a colour. An id's first choice is its hash; where two collide in one chart the
 * later takes the next free colour, so that no two shown series look the same.
 * @param ids the shown series in a stable order; past SERIES_COUNT they get the rest colour
 */
export function assignSeriesColours(ids: readonly string[]): Map<string, SeriesColour> {
  const taken = new Set<number>();
  const colours = new Map<string, SeriesColour>();
  for (const id of ids) {
    if (colours.has(id)) continue;
    const slot = freeSlot(hashId(id) % SERIES_COUNT, taken);
    if (slot !== null) taken.add(slot);
    colours.set(id, slot === null ? REST_COLOUR : colourAt(slot));
  }
  return colours;
}

/** The colour of one id on its own, the same on every page. */
export function seriesColour(id: string): SeriesColour {
  return colourAt(hashId(id) % SERIES_COUNT);
}

function colourAt(slot: number): SeriesColour {
  const swatch = SWATCHES[slot];
  return swatch === undefined ? REST_COLOUR : { css: `var(--color-series-${slot + 1})`, swatch };
}

function freeSlot(first: number, taken: ReadonlySet<number>): number | null {
  for (let step = 0; step < SERIES_COUNT; step += 1) {
    const slot = (first + step) % SERIES_COUNT;
    if (!taken.has(slot)) return slot;
  }
  return null;
}

/** FNV-1a, 32 bits: short, and even on ids that differ in one letter. */
function hashId(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
