/**
 * One life of an actor: the context that its behaviour is given. When the
 * life ends, its signal aborts and its timers and watches are gone.
 *
 * @module
 */
import { checkDuration, checkNumber } from "../checks/internal.ts";
import type {
  ActorContext,
  ActorTimer,
  Behavior,
  SpawnOptions,
} from "./behavior.ts";
import type { ActorCell, Stashed } from "./actor_cell.ts";
import { spawnChild } from "./spawn.ts";
import { Cell } from "./cell.ts";
import { NORMAL } from "./tree_node.ts";
import { Deadline, type Deadlines } from "./deadlines.ts";
import { ActorStoppedError, TroupeError } from "./errors.ts";
import type { ActorRef, ExitReason } from "./ref.ts";
import type { ActorSystem } from "./system.ts";

/** The context of one life; see {@linkcode ActorContext}. */
export class Life<M> implements ActorContext<M> {
  /** The machinery, for supervisors; users see {@linkcode ActorContext}. */
  readonly cell: ActorCell<M>;
  /** Whether this life is over. */
  ended = false;
  #controller: AbortController | undefined;
  #ticks: Set<Tick> | undefined;
  #idle: Tick | undefined;
  #stashed: Stashed<M>[] | undefined;
  /** Gives back values that were piped here and not handled yet. */
  #undelivered: Set<() => void> | undefined;
  #watches: Map<Cell, (reason: ExitReason) => void> | undefined;

  constructor(cell: ActorCell<M>) {
    this.cell = cell;
  }

  get self(): ActorRef<M> {
    return this.cell;
  }

  get system(): ActorSystem {
    return this.cell.core.system;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.ended) this.#controller.abort(this.over());
    }
    return this.#controller.signal;
  }

  spawn<C>(behavior: Behavior<C>, options?: SpawnOptions<C>): ActorRef<C> {
    this.assertAlive("spawn");
    return spawnChild(this.cell, behavior, options, false);
  }

  watch(other: ActorRef<never>, notice: (reason: ExitReason) => M): void {
    this.assertAlive("watch");
    if (!(other instanceof Cell)) {
      throw new TypeError("Cannot watch: the reference is not to an actor");
    }
    const watches = this.#watches ??= new Map();
    this.unwatch(other);
    const context = this.cell.core.tracing?.capture();
    const gone = (reason: ExitReason): void =>
      this.cell.signal(() => {
        if (watches.get(other) !== gone) return undefined;
        watches.delete(other);
        return { message: notice(reason), context };
      });
    watches.set(other, gone);
    other.onGone(gone);
  }

  unwatch(other: ActorRef<never>): void {
    if (!(other instanceof Cell)) return;
    const gone = this.#watches?.get(other);
    if (gone === undefined) return;
    this.#watches?.delete(other);
    other.offGone(gone);
  }

  after(delayMs: number, message: M): ActorTimer {
    return this.start("delayMs", delayMs, message, false);
  }

  every(intervalMs: number, message: M): ActorTimer {
    return this.start("intervalMs", intervalMs, message, true);
  }

  receiveTimeout(idleMs: number, message: M): ActorTimer {
    const tick = this.start("idleMs", idleMs, message, true);
    this.#idle?.cancel();
    return this.#idle = tick;
  }

  /** Messages were handled: whoever waits for idleness waits anew. */
  touch(): void {
    this.#idle?.restart();
  }

  private start(
    name: string,
    ms: number,
    message: M,
    repeats: boolean,
  ): Tick {
    this.assertAlive("start a timer");
    if (repeats) checkNumber(name, ms, { above: 0 });
    else checkDuration(name, ms);
    const { cell } = this;
    const ticks = this.#ticks ??= new Set();
    const context = cell.core.tracing?.capture();
    const send = (due: Tick): void => {
      // It has something to do: it is idle no sooner than it has done it.
      if (due === this.#idle && !cell.idle) return void due.claim();
      try {
        cell.send(message, due, context);
      } catch (error) {
        // The message cannot be measured: other deadlines are to go on.
        cell.core.failed(cell, error, message);
      }
    };
    return new Tick(cell.core.deadlines, ticks, ms, repeats, send);
  }

  stash(message: M): boolean {
    this.assertAlive("stash");
    return this.cell.stash(message, this.#stashed ??= []);
  }

  unstashAll(): void {
    if (this.#stashed === undefined || this.ended) return;
    this.cell.unstash(this.#stashed);
  }

  pipeToSelf<T>(
    promise: Promise<T>,
    onValue: (value: T) => M,
    onError: (error: unknown) => M,
    onLate?: (value: T) => void,
  ): void {
    const context = this.cell.core.tracing?.capture();
    const deliver = (makeMessage: () => M, late?: () => void): void => {
      if (this.ended) return late && this.giveBack(late);
      if (late !== undefined) (this.#undelivered ??= new Set()).add(late);
      this.cell.signal(() => {
        if (this.ended) return undefined;
        if (late !== undefined) this.#undelivered?.delete(late);
        return { message: makeMessage(), context };
      });
    };
    promise.then(
      (value) => deliver(() => onValue(value), onLate && (() => onLate(value))),
      (error) => deliver(() => onError(error)),
    );
  }

  stop(): void {
    if (!this.ended) this.cell.stop(NORMAL);
  }

  /** Ends this life: aborts the signal, drops timers and watches. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.#ticks !== undefined) {
      for (const tick of this.#ticks) this.cell.core.deadlines.remove(tick);
      this.#ticks.clear();
    }
    if (this.#watches !== undefined) {
      for (const [other, gone] of this.#watches) other.offGone(gone);
      this.#watches.clear();
    }
    if (this.#stashed !== undefined) {
      this.cell.discardStashed(this.#stashed.splice(0));
    }
    for (const late of this.#undelivered ?? []) this.giveBack(late);
    this.#undelivered = undefined;
    this.#controller?.abort(this.over());
  }

  /** A failure to give back is told, and does not hold up the end. */
  private giveBack(late: () => void): void {
    try {
      late();
    } catch (error) {
      this.cell.core.failed(this.cell, error, undefined);
    }
  }

  private over(): ActorStoppedError {
    return new ActorStoppedError(`The actor ${this.cell.path} has stopped`);
  }

  private assertAlive(what: string): void {
    if (this.ended) {
      throw new TroupeError(
        `Cannot ${what}: this life of ${this.cell.path} is over`,
      );
    }
  }
}

/** A timer, and its message on the way; a stale one is never handled. */
export class Tick extends Deadline implements ActorTimer {
  readonly #deadlines: Deadlines;
  readonly #alive: Set<Tick>;
  readonly #ms: number;
  readonly #repeats: boolean;
  readonly #send: (due: Tick) => void;
  /** A message of this timer waits in the mailbox. */
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

  /** Whether the message may be handled, now that its turn has come. */
  claim(): boolean {
    this.#waits = false;
    return this.#repeats ? this.#alive.has(this) : this.#alive.delete(this);
  }

  expire(): void {
    if (this.#repeats) this.#deadlines.add(this, this.#ms);
    if (this.#waits) return;
    this.#waits = true;
    this.#send(this);
  }

  /** Begins to wait anew. */
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
