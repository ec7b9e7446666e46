/**
 * Signals that end a run.
 *
 * @module
 */
import { LoadTestError } from "../load_errors.ts";

/**
 * Milliseconds within which a signal is the same one again: a terminal tells
 * the whole group of processes, and whoever has started this one may hand it
 * on as well.
 */
const SAME_MS = 500;

const REASONS = {
  SIGINT: "Ctrl-C (SIGINT)",
  SIGTERM: "it was told to end (SIGTERM)",
} as const;

/** What is to happen. */
export interface InterruptActions {
  /** At the first one. */
  end(): void;
  /** At the next one. */
  endAtOnce(): void;
}

/** Listens for signals until it is disposed. */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController();
  readonly #actions: InterruptActions;
  readonly #listeners: (readonly [Deno.Signal, () => void])[] = [];
  #first: { readonly name: Deno.Signal; readonly at: number } | undefined;

  /** Listens for Ctrl-C, and where there is such a thing for SIGTERM. */
  constructor(actions: InterruptActions) {
    this.#actions = actions;
    this.#listen("SIGINT");
    if (Deno.build.os !== "windows") this.#listen("SIGTERM");
  }

  /** Aborts at the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  #listen(name: keyof typeof REASONS): void {
    const listener = () => this.#take(name);
    Deno.addSignalListener(name, listener);
    this.#listeners.push([name, listener]);
  }

  #take(name: keyof typeof REASONS): void {
    const at = performance.now();
    const first = this.#first;
    if (first === undefined) {
      this.#first = { name, at };
      this.#controller.abort(new LoadTestError(REASONS[name]));
      this.#actions.end();
    } else if (name !== first.name || at - first.at >= SAME_MS) {
      this.#actions.endAtOnce();
    }
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) {
      Deno.removeSignalListener(name, listener);
    }
  }
}
