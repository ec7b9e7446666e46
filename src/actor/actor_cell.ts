/**
 * One actor's messages: its mailbox, its lanes and its current life.
 *
 * @module
 */
import { checkFunction } from "../checks/internal.ts";
import { handlerFault } from "./argument_checks.ts";
import { Ask } from "./ask.ts";
import type { Behavior, Handler, SpawnOptions } from "./behavior.ts";
import { BaseCell } from "./base_cell.ts";
import type { SystemCore } from "./core.ts";
import { TroupeError } from "./errors.ts";
import { callStopped } from "./clean_up.ts";
import type { DeadLetterReason } from "./system_events.ts";
import { Life, type LifeOwner } from "./life.ts";
import { Mailbox, type MailboxFill, resolveMailboxOptions } from "./mailbox.ts";
import type { ActorRef, AskOptions, ExitReason, ReplyTo } from "./ref.ts";
import {
  type Origin,
  rejectCurrent,
  type Source,
  Traced,
  undeliverable,
} from "./origin.ts";
import { Ring } from "./ring.ts";
import type { Signal, Stashed, SupervisingHandler } from "./signal.ts";
import { isThenable } from "./thenable.ts";
import { Tick } from "./tick.ts";
import { SHUTDOWN } from "./tree_node.ts";

/** An actor that accepts messages of type `M`. */
export class ActorCell<M> extends BaseCell
  implements ActorRef<M>, LifeOwner<M> {
  readonly #behavior: Behavior<M>;
  readonly #mailbox: Mailbox<M, Origin>;
  #life: Life<M> | undefined;
  #handler: Handler<M> | undefined;
  /** Origin of the message that is being handled. */
  #currentSource: Source;
  #signals: Ring<Signal<M>> | undefined;

  constructor(
    core: SystemCore,
    parent: BaseCell | undefined,
    name: string,
    behavior: Behavior<M>,
    options: SpawnOptions<M> | undefined,
    supervised: boolean,
  ) {
    super(core, parent, name, supervised, options?.shutdownMs);
    this.#behavior = behavior;
    this.#mailbox = new Mailbox(resolveMailboxOptions(options?.mailbox));
  }

  /** Whether this life may still start children. */
  get maySpawn(): boolean {
    return this.living && !this.mustEnd;
  }

  override spawnChild<C>(
    behavior: Behavior<C>,
    options: SpawnOptions<C> | undefined,
    supervised = false,
  ): ActorCell<C> {
    if (!this.maySpawn) {
      throw new TroupeError(`Cannot spawn: ${this.shownPath} is stopping`);
    }
    const name = this.nameChild(options?.name);
    const { core } = this;
    const child = new ActorCell(
      core,
      this,
      name,
      behavior,
      options,
      supervised,
    );
    this.adopt(child);
    return child;
  }

  // Sending.

  tell(message: M): boolean {
    return this.send(message, this.core.current);
  }

  /** Puts a message into the mailbox, or reports it as undeliverable. */
  send(
    message: M,
    from: Source,
    context: unknown = this.core.tracing?.capture(),
  ): boolean {
    const origin = context === undefined ? from : new Traced(from, context);
    let before: MailboxFill | undefined;
    while (this.open) {
      switch (this.#mailbox.push(message, origin, before)) {
        case "accepted":
          this.schedule();
          return true;
        case "refuse":
          return undeliverable(this, message, origin, "refused");
        case "drop_newest":
          undeliverable(this, message, origin, "dropped");
          return true;
        case "drop_oldest": {
          const { length, bytes } = this.#mailbox;
          before ??= { length, bytes };
          this.discardOldest("dropped");
        }
      }
    }
    return undeliverable(this, message, origin, "stopped");
  }

  ask<R>(
    request: (replyTo: ReplyTo<R>) => M,
    options?: AskOptions,
  ): Promise<R> {
    checkFunction("request", request);
    const ask = new Ask<R>(this, this.core, options);
    const reply = ask.start();
    if (options?.signal?.aborted) return reply;
    try {
      this.send(request(ask), ask);
    } catch (error) {
      ask.reject(error);
    }
    return reply;
  }

  /** Delivers to the supervision lane, ahead of user messages. */
  signal(signal: Signal<M>): void {
    if (this.phase === "stopped") return;
    (this.#signals ??= new Ring()).push(signal);
    this.schedule();
  }

  /** Stashes the current message; returns false if there is no room. */
  stash(message: M, stashed: Stashed<M>[]): boolean {
    if (stashed.length >= this.#mailbox.maxStashed) return false;
    const context = this.core.tracing?.capture();
    const from = this.#currentSource;
    const origin = context === undefined ? from : new Traced(from, context);
    stashed.push({ message, origin });
    // Its ask goes on: a crash on the current message does not reject it.
    this.#currentSource = undefined;
    return true;
  }

  /** Moves stashed messages in front of the waiting ones. */
  unstash(stashed: Stashed<M>[]): void {
    for (let last = stashed.at(-1); last !== undefined; last = stashed.at(-1)) {
      this.#mailbox.unshift(last.message, last.origin);
      stashed.pop();
    }
    this.schedule();
  }

  /** Reports stashed messages as undeliverable. */
  discardStashed(stashed: readonly Stashed<M>[]): void {
    for (const { message, origin } of stashed) {
      undeliverable(this, message, origin, "stopped");
    }
  }

  // Working.

  /** Whether nothing is being handled, and nothing waits for it. */
  get idle(): boolean {
    const signals = this.#signals?.length ?? 0;
    return !this.busy && signals + this.#mailbox.length === 0;
  }

  override get inspector(): (() => unknown) | undefined {
    const handler = this.#handler;
    return handler?.inspect && (() => handler.inspect?.());
  }

  override get waiting(): Mailbox<M, Origin> {
    return this.#mailbox;
  }

  protected override work(maxSteps: number): number {
    const mailbox = this.#mailbox;
    let steps = 0;
    while (steps < maxSteps && this.phase === "running" && !this.busy) {
      if (this.mustEnd) {
        this.endLife(this.mustStop ? this.exit : SHUTDOWN);
        break;
      }
      const handler = this.#handler as Handler<M>;
      if (this.#signals !== undefined && this.#signals.length > 0) {
        this.deliver(handler, this.#signals.shift() as Signal<M>);
      } else if (mailbox.length > 0) {
        const message = mailbox.shift() as M;
        const { origin } = mailbox;
        if (origin === undefined) this.receive(handler, message, undefined);
        else {
          // Otherwise an idle actor would keep the last ask that it handled.
          mailbox.origin = undefined;
          this.take(handler, message, origin);
        }
      } else {
        if (this.stopping === "drain") {
          this.stopping = "stop";
          this.endLife(SHUTDOWN);
        }
        break;
      }
      steps++;
    }
    if (steps > 0) this.#life?.touch();
    return steps;
  }

  private deliver(handler: Handler<M>, signal: Signal<M>): void {
    try {
      const due = signal(handler);
      if (due === undefined) return;
      const { message, context } = due;
      const origin = context === undefined
        ? undefined
        : new Traced(undefined, context);
      this.take(handler, message, origin);
    } catch (error) {
      this.crash(error);
    }
  }

  private take(handler: Handler<M>, message: M, origin: Origin): void {
    if (origin instanceof Traced) {
      const { context, source: from } = origin;
      const { tracing } = this.core;
      // Tracing has ended since it was sent.
      if (tracing === undefined) return this.take(handler, message, from);
      return tracing.run(context, () => this.take(handler, message, from));
    }
    if (!(origin instanceof Tick)) this.receive(handler, message, origin);
    // From here on it is a message like any other, which may be stashed.
    else if (origin.claim()) this.receive(handler, message, undefined);
  }

  private receive(
    handler: Handler<M>,
    message: M,
    origin: Source,
  ): void {
    this.#currentSource = origin;
    try {
      const result = handler.receive(message);
      if (result !== undefined && isThenable(result)) {
        this.awaitResult(result, message);
      } else {
        // A handled ask may still get its reply from elsewhere, later.
        this.#currentSource = undefined;
        this.processed++;
      }
    } catch (error) {
      this.crash(error, message);
    }
  }

  private awaitResult(result: PromiseLike<void>, message: M): void {
    const life = this.#life;
    const promise = Promise.resolve(result);
    if (life === undefined || life.ended) {
      // It has killed itself: what it does later is ignored.
      promise.catch(() => {});
      return;
    }
    this.suspend();
    promise.then(() => {
      if (life.ended) return;
      this.busy = false;
      this.#currentSource = undefined;
      this.processed++;
      life.touch();
      this.schedule();
    }, (error) => {
      if (!life.ended) this.crash(error, message);
    });
  }

  protected override start(): void {
    this.phase = "starting";
    const life = this.#life = new Life(this);
    try {
      const handler = this.#behavior(life);
      if (!isThenable(handler)) return this.startHandling(life, handler);
      if (!life.ended) this.suspend();
      Promise.resolve(handler).then(
        (handler) => this.startHandling(life, handler),
        (error) => {
          if (!life.ended) this.crash(error);
        },
      );
    } catch (error) {
      this.crash(error);
    }
  }

  private startHandling(life: Life<M>, handler: Handler<M>): void {
    if (life.ended) return;
    this.busy = false;
    const fault = handlerFault(handler, this);
    if (fault !== undefined) return this.crash(fault);
    this.#handler = handler;
    this.phase = "running";
    // A supervisor reports its start itself, when its children have started.
    if (this.supervised && !("childStarted" in handler)) {
      this.parent?.childStarted(this);
    }
    this.schedule();
  }

  // Ending.

  override crash(cause: unknown, message?: M): void {
    // It has killed itself: what it does later is ignored.
    if (!this.living) return;
    if (this.stopping === "itself") this.reopen();
    const reason: ExitReason = this.exit = { type: "failed", cause };
    this.lastFailure = cause;
    this.rejectCurrent();
    this.core.failed(this, cause, message);
    // A listener may have killed it.
    if (this.living) this.endLife(reason);
  }

  override startKill(): boolean {
    // Neither this life nor the next calls its `stopped`.
    this.#handler = undefined;
    return super.startKill();
  }

  protected override endContext(): void {
    this.#life?.end();
  }

  protected override stopHandler(done: () => void): void {
    const { core } = this;
    const life = this.#life;
    const handler = this.#handler;
    this.#handler = undefined;
    if (handler?.stopped === undefined) return done();
    // A clean-up that outlasts its life, after a kill, is ignored.
    const stopped = (): void => {
      if (this.#life === life) done();
    };
    const failed = (cause: unknown): void => {
      if (this.#life !== life || this.phase !== "leaving") return;
      if (this.exit.type !== "failed") this.exit = { type: "failed", cause };
      core.failed(this, cause, undefined);
      done();
    };
    callStopped(this, handler, this.exit, stopped, failed);
  }

  protected override childExited(child: BaseCell, reason: ExitReason): void {
    this.signal((handler) => {
      // Only a supervisor starts supervised children.
      if (child.awaitsVerdict && "childExited" in handler) {
        (handler as SupervisingHandler<M>).childExited(child, reason);
      }
      return undefined;
    });
  }

  override childStarted(child: BaseCell): void {
    this.signal((handler) => {
      if ("childStarted" in handler) {
        (handler as SupervisingHandler<M>).childStarted(child);
      }
      return undefined;
    });
  }

  // Dead letters.

  protected override discardMessages(): void {
    while (this.#mailbox.length > 0) this.discardOldest("stopped");
  }

  protected override forget(): void {
    this.#signals = this.#life = undefined;
  }

  private discardOldest(reason: DeadLetterReason): void {
    const message = this.#mailbox.shift() as M;
    undeliverable(this, message, this.#mailbox.origin, reason);
  }

  protected override rejectCurrent(): void {
    const source = this.#currentSource;
    this.#currentSource = undefined;
    rejectCurrent(this, source, this.exit);
  }
}
