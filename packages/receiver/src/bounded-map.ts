/** The last `entriesMax` entries that were put in; the oldest go first. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>();
  // One iterator for good: removed entries leave holes at the front of a Map, and a new one would walk over all of them.
  readonly #fromOldest = this.#entries.keys();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** As the newest, even if the key was there before. */
  put(key: string, value: Value): void {
    const { size } = this.#entries;
    this.#entries.set(key, value);
    if (this.#entries.size === size) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    if (this.#entries.size > this.#entriesMax) this.#dropOldest();
  }

  #dropOldest(): void {
    const { value: oldest } = this.#fromOldest.next();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
