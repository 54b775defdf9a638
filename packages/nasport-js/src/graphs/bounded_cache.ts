/** A cache of bounded size, so that a page that scores edits for hours does not grow. */

/** Results by key; when the cache is full, the oldest result makes room. */
export class BoundedCache<Result> {
  readonly #results = new Map<string, Result>();
  readonly #limit: number;

  /** @param limit - Number of results that the cache keeps. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Return the result of a key; `make` computes it if the cache lacks it. */
  get(key: string, make: () => Result): Result {
    const known = this.#results.get(key);
    if (known !== undefined) {
      return known;
    }
    const result = make();
    const [oldest] = this.#results.size >= this.#limit ? this.#results.keys() : [];
    if (oldest !== undefined) {
      this.#results.delete(oldest);
    }
    this.#results.set(key, result);
    return result;
  }
}
