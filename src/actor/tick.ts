/**
 * A timer of an actor's life, which is also the origin of its message.
 *
 * @module
 */
import type { ActorTimer } from "./behavior.ts";
import { Deadline, type Deadlines } from "./deadlines.ts";

/** A timer and its message on the way; a stale message is never handled. */
export class Tick extends Deadline implements ActorTimer {
  readonly #deadlines: Deadlines;
  readonly #alive: Set<Tick>;
  readonly #ms: number;
  readonly #repeats: boolean;
  readonly #send: (due: Tick) => void;
  /** Whether a message of this timer waits in the mailbox. */
  #waits = false;

  constructor(
    deadlines: Deadlines,
    alive: Set<Tick>,
    ms: number,
    repeats: boolean,
    send: (due: Tick) => void,
  ) {
    super();
    this.#deadlines = deadlines;
    this.#alive = alive;
    this.#ms = ms;
    this.#repeats = repeats;
    this.#send = send;
    alive.add(this);
    deadlines.add(this, ms);
  }

  /** Returns whether the message may be handled, now that it is due. */
  claim(): boolean {
    this.#waits = false;
    return this.#repeats ? this.#alive.has(this) : this.#alive.delete(this);
  }

  expire(): void {
    if (this.#repeats) this.#deadlines.repeat(this, this.#ms);
    if (this.#waits) return;
    this.#waits = true;
    this.#send(this);
  }

  /** Starts the wait over. */
  restart(): void {
    if (!this.#alive.has(this)) return;
    this.#deadlines.remove(this);
    this.#deadlines.add(this, this.#ms);
  }

  cancel(): void {
    this.#deadlines.remove(this);
    this.#alive.delete(this);
  }
}
