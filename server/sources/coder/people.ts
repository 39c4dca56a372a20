import { clip } from '../drafts.ts';
import type { SourceDeps } from '../source.ts';
import type { WireInitiator } from './wire.ts';

/** Asked for one by one, so no more of them. */
const MAX_PEOPLE = 500;
/** Of an id, beside a name that is not theirs alone. */
const TOLD_ID_CHARS = 8;

/** What people are called: their names, which a deployment gives again to others once they are free. */
export interface People {
  /** Notes that someone was there: who has a name first keeps it, whatever is told later. */
  meet(person: WireInitiator): Promise<void>;
  /** As they were met last; else as the upstream says. */
  nameOf(person: Pick<WireInitiator, 'id' | 'username'>): string;
  /** Those met last first, by their ids. */
  recent(): ReadonlyMap<string, string>;
}

export function createPeople({
  getCursor,
  deliver,
}: Pick<SourceDeps, 'getCursor' | 'deliver'>): People {
  const met = new Map<string, { readonly username: string; readonly name: string }>();

  function remember(id: string, names: { username: string; name: string }): void {
    met.delete(id);
    met.set(id, names);
    const [longestAgo] = met.keys();
    if (met.size > MAX_PEOPLE && longestAgo !== undefined) met.delete(longestAgo);
  }

  return {
    async meet({ id, username }) {
      const own = username ?? id;
      const known = met.get(id);
      if (known?.username === own) return remember(id, known);
      const cursor = `name:${clip(own)}`;
      const first = await getCursor(cursor);
      if (first === null) await deliver({ drafts: [], cursors: { [cursor]: id } });
      const isFirst = first === null || first === id;
      const name = isFirst ? own : `${own} (${id.slice(0, TOLD_ID_CHARS)})`;
      remember(id, { username: own, name });
    },
    nameOf: ({ id, username }) => met.get(id)?.name ?? username ?? id,
    recent: () => new Map([...met].toReversed().map(([id, { name }]) => [id, name])),
  };
}
