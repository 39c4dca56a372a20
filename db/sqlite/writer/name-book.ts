import type { Connection } from '../connection.ts';
import { storedName } from '../stored-text.ts';

/** A hostile upstream can name millions; at the bound the cache starts over. */
const MAX_CACHED_NAMES = 50_000;

/** Small keys for texts that repeat. */
export interface NameBook {
  /** 0 stands for null. */
  idOf(text: string | null): number;
  /** Forgets ids that a rollback may have made void. */
  reset(): void;
}

export function createNameBook(db: Connection): NameBook {
  const find = db.prepare<[string], { id: number }>('SELECT id FROM names WHERE text = ?');
  const add = db.prepare<[string]>('INSERT INTO names (text) VALUES (?)');
  const known = new Map<string, number>();
  return {
    idOf(text) {
      if (text === null) return 0;
      const cached = known.get(text);
      if (cached !== undefined) return cached;
      const stored = storedName(text);
      const id = find.get(stored)?.id ?? Number(add.run(stored).lastInsertRowid);
      if (known.size >= MAX_CACHED_NAMES) known.clear();
      known.set(text, id);
      return id;
    },
    reset() {
      known.clear();
    },
  };
}
