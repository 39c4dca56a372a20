/**
 * SQLite keeps text as UTF-8, which has no lone surrogates: binding one would turn it into U+FFFD
 * behind our back. Bodies are JSON and escape them; names and keys go through here.
 */

/** A name as the store knows it. Names that differ only in lone surrogates are one name. */
export function storedName(name: string): string {
  return name.isWellFormed() ? name : name.toWellFormed();
}

/** A key as the store knows it: two keys stay two, whatever they hold. */
export function storedKey(key: string): string {
  return key.isWellFormed() && !key.startsWith('"') ? key : JSON.stringify(key);
}

export function originalKey(stored: string): string {
  return stored.startsWith('"') ? String(JSON.parse(stored)) : stored;
}
