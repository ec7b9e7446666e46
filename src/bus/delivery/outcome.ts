/**
 * A promise that is made when somebody asks for it: of many subscriptions few
 * are asked.
 *
 * @module
 */
import { DONE } from "./delivered.ts";

/** Something that happens once, or fails. */
export class Outcome {
  #outcome: readonly [] | readonly [unknown] | undefined;
  #asked: PromiseWithResolvers<void> | undefined;

  /** Settles when it has happened; to leave it alone is safe. */
  get promise(): Promise<void> {
    if (this.#asked !== undefined) return this.#asked.promise;
    if (this.#outcome?.length === 0) return DONE;
    this.#asked = Promise.withResolvers();
    this.#asked.promise.catch(() => {});
    if (this.#outcome !== undefined) this.#asked.reject(this.#outcome[0]);
    return this.#asked.promise;
  }

  /** It has happened, or failed with an error; the first call counts. */
  settle(...errors: [] | [unknown]): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = errors;
    if (errors.length === 0) this.#asked?.resolve();
    else this.#asked?.reject(errors[0]);
  }

  /** Calls one of the two, if there is an outcome. */
  look(happened: () => void, failed: (error: unknown) => void): void {
    if (this.#outcome === undefined) return;
    if (this.#outcome.length === 0) happened();
    else failed(this.#outcome[0]);
  }
}
