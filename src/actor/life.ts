/**
 * One life of an actor: the context that its behaviour is called with. When the
 * life ends, its signal aborts and its timers and watches end.
 *
 * @module
 */
import {
  checkDuration,
  checkFunction,
  checkNumber,
} from "../checks/internal.ts";
import { checkRef, checkSpawn } from "./argument_checks.ts";
import type {
  ActorContext,
  ActorTimer,
  Behavior,
  SpawnOptions,
} from "./behavior.ts";
import { BaseCell } from "./base_cell.ts";
import type { SystemCore } from "./core.ts";
import { ActorStoppedError, TroupeError } from "./errors.ts";
import { abortGuarded, callGuarded } from "./guard.ts";
import type { ActorRef, ExitReason } from "./ref.ts";
import type { Signal, Stashed } from "./signal.ts";
import type { ActorSystem } from "./system.ts";
import { Tick } from "./tick.ts";
import { NORMAL } from "./tree_node.ts";

/** What a life needs from its actor. */
export interface LifeOwner<M> extends ActorRef<M> {
  readonly core: SystemCore;
  /** The path for the text of an error. */
  readonly shownPath: string;
  /** Whether no message is being handled, and none waits. */
  readonly idle: boolean;
  stop(reason?: ExitReason): void;
  /** Starts a child, under a name that is free. */
  spawnChild<C>(
    behavior: Behavior<C>,
    options: SpawnOptions<C> | undefined,
  ): ActorRef<C>;
  /** Puts the message of a timer into the mailbox. */
  send(message: M, from: Tick, context: unknown): boolean;
  /** Delivers to the supervision lane, ahead of user messages. */
  signal(signal: Signal<M>): void;
  /** Stashes the current message; returns false if there is no room. */
  stash(message: M, stashed: Stashed<M>[]): boolean;
  /** Moves stashed messages in front of the waiting ones. */
  unstash(stashed: Stashed<M>[]): void;
  /** Reports stashed messages as undeliverable. */
  discardStashed(stashed: readonly Stashed<M>[]): void;
}

/** The context of one life; see {@linkcode ActorContext}. */
export class Life<M> implements ActorContext<M> {
  readonly #owner: LifeOwner<M>;
  /** Whether this life is over. */
  ended = false;
  #controller: AbortController | undefined;
  #ticks: Set<Tick> | undefined;
  #idle: Tick | undefined;
  #stashed: Stashed<M>[] | undefined;
  /** Callbacks of piped values that have not been handled yet. */
  #undeliveredValues: Set<() => void> | undefined;
  #watches: Map<BaseCell, (reason: ExitReason) => void> | undefined;

  constructor(owner: LifeOwner<M>) {
    this.#owner = owner;
  }

  get self(): ActorRef<M> {
    return this.#owner;
  }

  get system(): ActorSystem {
    return this.#owner.core.system;
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
    checkSpawn(behavior, options);
    return this.#owner.spawnChild(behavior, options);
  }

  watch(other: ActorRef<never>, notice: (reason: ExitReason) => M): void {
    this.assertAlive("watch");
    checkRef("other", other);
    checkFunction("notice", notice);
    const watches = this.#watches ??= new Map();
    this.unwatch(other);
    const context = this.#owner.core.tracing?.capture();
    const gone = (reason: ExitReason): void =>
      this.#owner.signal(() => {
        if (watches.get(other) !== gone) return undefined;
        watches.delete(other);
        return { message: notice(reason), context };
      });
    watches.set(other, gone);
    other.onGone(gone);
  }

  unwatch(other: ActorRef<never>): void {
    if (!(other instanceof BaseCell)) return;
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

  /** Messages were handled: the receive timeout starts over. */
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
    const owner = this.#owner;
    const ticks = this.#ticks ??= new Set();
    const context = owner.core.tracing?.capture();
    const send = (due: Tick): void => {
      // It has something to do, and is not idle before that is done.
      if (due === this.#idle && !owner.idle) return void due.claim();
      try {
        owner.send(message, due, context);
      } catch (error) {
        // The message cannot be measured: later ticks and other deadlines must
        // not suffer.
        due.claim();
        owner.core.failed(owner, error, message);
      }
    };
    return new Tick(owner.core.deadlines, ticks, ms, repeats, send);
  }

  stash(message: M): boolean {
    this.assertAlive("stash");
    return this.#owner.stash(message, this.#stashed ??= []);
  }

  unstashAll(): void {
    if (this.#stashed === undefined || this.ended) return;
    this.#owner.unstash(this.#stashed);
  }

  pipeToSelf<T>(
    promise: PromiseLike<T>,
    onValue: (value: T) => M,
    onError: (error: unknown) => M,
    onLate?: (value: T) => void,
  ): void {
    checkFunction("onValue", onValue);
    checkFunction("onError", onError);
    if (onLate !== undefined) checkFunction("onLate", onLate);
    const context = this.#owner.core.tracing?.capture();
    const deliver = (makeMessage: () => M, late?: () => void): void => {
      if (this.ended) return late && this.callLate(late);
      if (late !== undefined) (this.#undeliveredValues ??= new Set()).add(late);
      this.#owner.signal(() => {
        if (this.ended) return undefined;
        if (late !== undefined) this.#undeliveredValues?.delete(late);
        return { message: makeMessage(), context };
      });
    };
    Promise.resolve(promise).then(
      (value) => deliver(() => onValue(value), onLate && (() => onLate(value))),
      (error) => deliver(() => onError(error)),
    );
  }

  stop(): void {
    if (!this.ended) this.#owner.stop(NORMAL);
  }

  /** Ends this life: aborts the signal, ends timers and watches. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.#ticks !== undefined) {
      for (const tick of this.#ticks) this.#owner.core.deadlines.remove(tick);
      this.#ticks.clear();
    }
    if (this.#watches !== undefined) {
      for (const [other, gone] of this.#watches) other.offGone(gone);
      this.#watches.clear();
    }
    if (this.#stashed !== undefined) {
      this.#owner.discardStashed(this.#stashed.splice(0));
    }
    for (const late of this.#undeliveredValues ?? []) this.callLate(late);
    this.#undeliveredValues = undefined;
    if (this.#controller === undefined) return;
    const failed = (error: unknown): void => this.failed(error);
    abortGuarded(this.#controller, this.over(), failed);
  }

  /** Passes a value to its `onLate`; a failure is reported and ends nothing. */
  private callLate(late: () => void): void {
    callGuarded(late, (error) => this.failed(error));
  }

  private failed(error: unknown): void {
    this.#owner.core.failed(this.#owner, error, undefined);
  }

  private over(): ActorStoppedError {
    return new ActorStoppedError(
      `The actor ${this.#owner.shownPath} has stopped`,
    );
  }

  private assertAlive(what: string): void {
    if (this.ended) {
      throw new TroupeError(
        `Cannot ${what}: this life of ${this.#owner.shownPath} is over`,
      );
    }
  }
}
