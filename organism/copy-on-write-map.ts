/** A map that is copied on its first change, so that a batch pays for one copy and no change for none. */
export class CopyOnWriteMap<V> {
  #current: ReadonlyMap<string, V>;
  #copy: Map<string, V> | null = null;

  constructor(base: ReadonlyMap<string, V>) {
    this.#current = base;
  }

  get current(): ReadonlyMap<string, V> {
    return this.#current;
  }

  get(name: string): V | undefined {
    return this.#current.get(name);
  }

  set(name: string, value: V): void {
    this.#writable().set(name, value);
  }

  delete(name: string): void {
    this.#writable().delete(name);
  }

  #writable(): Map<string, V> {
    if (this.#copy === null) {
      this.#copy = new Map(this.#current);
      this.#current = this.#copy;
    }
    return this.#copy;
  }
}
