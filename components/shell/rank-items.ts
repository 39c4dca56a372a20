import { defaultFilter } from 'cmdk';

import type { PaletteItem } from './palette.tsx';

/** The items that fit the typed text, best first, each group where its best item stands. */
export function rankItems(items: readonly PaletteItem[], text: string): PaletteItem[] {
  const typed = text.trim();
  if (typed === '') return [...items];
  const scored = items
    .map((item) => ({ item, score: defaultFilter(item.label, typed, item.keywords) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const groups = new Set(scored.map(({ item }) => item.group));
  return [...groups].flatMap((group) =>
    scored.filter(({ item }) => item.group === group).map(({ item }) => item),
  );
}
