/**
 * Cuts the socket while the file streams, and tells when the session has
 * another one.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import type { SessionState } from "../../mod.ts";
import type { Progress } from "./progress.ts";
import type { Relay } from "./relay.ts";

/** How much of the file is sent when the socket is cut. */
const PARTS = [1 / 4, 1 / 2, 3 / 4];
/** Milliseconds before a cut for which the file was too short. */
const PAUSE_MS = 50;

/** A time without a socket, by `performance.now()`. */
export interface Cut {
  readonly start: number;
  /** When the session went on over another socket. */
  readonly end: number;
}

/** Whoever cuts the socket, once for each of {@linkcode PARTS}. */
export class Cuts {
  /** The cuts that are over. */
  readonly done: Cut[] = [];
  readonly #relay: Relay;
  readonly #progress: Progress;
  #cutting: Promise<void> | undefined;
  #connected: PromiseWithResolvers<void> | undefined;

  /** Cuts at `relay` and says so beside `progress`. */
  constructor(relay: Relay, progress: Progress) {
    this.#relay = relay;
    this.#progress = progress;
  }

  /** Learns what the session does. */
  onState(state: SessionState): void {
    if (state.phase === "connected") this.#connected?.resolve();
    else if (state.phase === "lost") this.#connected?.reject(state.cause);
  }

  /** Learns how much of the file is sent, from 0 to 1. */
  onSent(part: number): void {
    const due = PARTS[this.done.length];
    if (this.#cutting || due === undefined || part < due) return;
    const percent = Math.floor(part * 100);
    this.#cutting = this.#cut(`with ${percent} % of the file sent`);
    this.#cutting.catch(() => {
      // Whoever sends the file is told as well.
    });
  }

  /** Makes the cuts for which the file was too short. */
  async finish(signal: AbortSignal): Promise<void> {
    await abortable(this.#cutting ?? Promise.resolve(), signal);
    while (this.done.length < PARTS.length) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      await abortable(this.#cut("after the file"), signal);
    }
  }

  async #cut(when: string): Promise<void> {
    this.#connected = Promise.withResolvers();
    const start = performance.now();
    this.#relay.cut();
    await this.#connected.promise;
    const end = performance.now();
    this.done.push({ start, end });
    this.#cutting = undefined;
    const at = ((start - this.#progress.startedAt) / 1000).toFixed(2);
    const took = (end - start).toFixed(1);
    this.#progress.say(
      `cut ${this.done.length} at ${at} s, ${when}: resumed in ${took} ms`,
    );
  }
}
