/**
 * The signals that end a run.
 *
 * @module
 */
import { LoadTestError } from "../load_errors.ts";

/**
 * Milliseconds within which a repeated signal counts as the same one: a
 * terminal sends it to the whole process group, and the parent process may
 * forward it.
 */
const SAME_MS = 500;

const REASONS = {
  SIGINT: "Ctrl-C (SIGINT)",
  SIGTERM: "a request to end (SIGTERM)",
} as const;

/** What signals do. */
export interface InterruptActions {
  /** Called at the first signal. */
  end(): void;
  /** Called at the second signal. */
  endAtOnce(): void;
}

/** Listens for signals until it is disposed. */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController();
  readonly #actions: InterruptActions;
  readonly #listeners: (readonly [Deno.Signal, () => void])[] = [];
  #first: { readonly name: Deno.Signal; readonly at: number } | undefined;

  /** Listens for Ctrl-C, and for SIGTERM on systems that have it. */
  constructor(actions: InterruptActions) {
    this.#actions = actions;
    this.#listen("SIGINT");
    if (Deno.build.os !== "windows") this.#listen("SIGTERM");
  }

  /** A signal that aborts at the first one. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  #listen(name: keyof typeof REASONS): void {
    const listener = () => this.#onSignal(name);
    Deno.addSignalListener(name, listener);
    this.#listeners.push([name, listener]);
  }

  #onSignal(name: keyof typeof REASONS): void {
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

  /** Stops listening. */
  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) {
      Deno.removeSignalListener(name, listener);
    }
  }
}
