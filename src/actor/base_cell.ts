/**
 * One actor without its messages: its phases, and how it stops. The subclass in
 * `actor_cell.ts` adds the messages.
 *
 * Phases: `new` → `starting` → `running` → `ending` (the children stop) →
 * `leaving` (the handler's `stopped`, or a kill) → `exited` (a supervised
 * actor waits for its supervisor's verdict) → `stopped`, or `waiting` and back
 * to `new` at a restart.
 *
 * @module
 */
import type { ActorRef, AskOptions, ExitReason, ReplyTo } from "./ref.ts";
import type { SystemCore } from "./core.ts";
import type { MailboxFill } from "./mailbox.ts";
import { type Phase, STATES } from "./phase.ts";
import { DEFAULT_SHUTDOWN_MS, ShutdownDeadline } from "./shutdown_deadline.ts";
import type { ActorState } from "./snapshot.ts";
import {
  KILLED,
  NORMAL,
  SHUTDOWN,
  type StopOrder,
  TreeNode,
} from "./tree_node.ts";
import { killTree } from "./tree_walk.ts";

/**
 * An actor without its messages. Methods for its own use are `private` and not
 * `#private`, here and in the classes around it: the first `#method` of a class
 * costs a pointer in each of its instances, and there may be a million.
 */
export abstract class BaseCell extends TreeNode implements ActorRef<never> {
  /** Whether the parent decides about restarts of this actor. */
  readonly supervised: boolean;
  /** Messages handled so far, over all lives. */
  processed = 0;
  /** Restarts so far. */
  restarts = 0;
  /** What the behaviour threw last. */
  lastFailure: unknown;
  /** How children are stopped; a supervisor sets it when it starts. */
  stopOrder: StopOrder = "together";
  /** Milliseconds from a stop to a kill, if not the default. */
  shutdownMs: number | undefined;

  protected phase: Phase = "new";
  /** Whether messages are accepted: not after a stop or drain was requested. */
  open = true;
  /** An asynchronous start or handler is pending. */
  protected busy = false;
  /** Who wants it to end: others (`drain`, `stop`), or it does (`itself`). */
  protected stopping: "no" | "drain" | "itself" | "stop" = "no";
  /** The supervisor wants this life to end, and will start another. */
  protected pausing = false;
  #scheduled = false;
  #hasStarted = false;
  #busyMs = 0;
  #shutdown: ShutdownDeadline | undefined;

  constructor(
    core: SystemCore,
    parent: BaseCell | undefined,
    name: string,
    supervised: boolean,
    shutdownMs: number | undefined,
  ) {
    super(core, parent, name);
    this.supervised = supervised;
    this.shutdownMs = shutdownMs;
    // A supervised actor accepts messages, and its supervisor starts it.
    if (supervised) this.phase = "waiting";
  }

  /** How many messages and bytes wait. */
  abstract get waiting(): MailboxFill & { readonly taken: number };

  /** Returns the `inspect` of the handler, if there is one now. */
  abstract get inspector(): (() => unknown) | undefined;

  /** Where the actor is in its life. */
  get state(): ActorState {
    return STATES[this.phase];
  }

  /** Milliseconds spent in handlers; `undefined` unless they are measured. */
  get busyMs(): number | undefined {
    return this.core.measuresBusyTime ? this.#busyMs : undefined;
  }

  /** Whether this life must end after the current message. */
  protected get mustEnd(): boolean {
    return this.pausing || this.mustStop;
  }

  /** Whether this life must end, and the waiting messages with it. */
  protected get mustStop(): boolean {
    return this.stopping === "stop" || this.stopping === "itself";
  }

  /** Whether the behaviour has been called, and has not returned a handler. */
  get starting(): boolean {
    return this.phase === "new" || this.phase === "starting";
  }

  /**
   * Whether others have requested a stop, or a drain is done; a restart resets
   * it.
   */
  get stopRequested(): boolean {
    return this.stopping === "stop";
  }

  /** Whether the supervisor has yet to decide what follows a life. */
  get awaitsVerdict(): boolean {
    return this.phase === "exited";
  }

  abstract tell(message: never): boolean;
  abstract ask<R>(
    request: (replyTo: ReplyTo<R>) => never,
    options?: AskOptions,
  ): Promise<R>;

  /** Takes up to `maxSteps` steps, and returns how many it took. */
  protected abstract work(maxSteps: number): number;
  /** Calls the behaviour for a new life. */
  protected abstract start(): void;
  /** The life ends: aborts its signal, ends its timers and watches. */
  protected abstract endContext(): void;
  /** Calls the handler's `stopped`, then `done` once; never throws. */
  protected abstract stopHandler(done: () => void): void;
  /** Sends the waiting messages to dead letters. */
  protected abstract discardMessages(): void;
  /** Releases what an actor that is gone no longer needs. */
  protected abstract forget(): void;
  /** Rejects the ask that is being handled, if any. */
  protected abstract rejectCurrent(): void;
  /** The life of a supervised child is over, and its children are gone. */
  protected abstract childExited(child: BaseCell, reason: ExitReason): void;
  /** A supervised child has started and handles messages. */
  abstract childStarted(child: BaseCell): void;

  // Stopping.

  stop(reason: ExitReason = SHUTDOWN): void {
    if (this.stopping === "stop" || this.phase === "stopped") return;
    const repeated = this.stopping === "itself";
    this.stopping = reason === NORMAL ? "itself" : "stop";
    this.open = false;
    if (this.shutdownMs === 0 && reason !== NORMAL) return this.kill();
    if (this.living) {
      if (!repeated) this.exit = reason;
      this.schedule();
      // A handler that never settles must not delay the stop forever.
      if (this.busy) this.limitShutdown();
      return;
    }
    // Too late for this life, but it decides whether there is a next one.
    this.discardMessages();
    if (this.phase === "waiting") this.askVerdict();
  }

  /** Ends this life but keeps the mailbox, for a supervisor. */
  pause(): void {
    if (this.pausing || !this.living) return;
    if (this.shutdownMs === 0) return this.kill();
    this.pausing = true;
    this.schedule();
    if (this.busy) this.limitShutdown();
  }

  drain(): void {
    if (this.stopping !== "no" || this.phase === "stopped") return;
    this.stopping = "drain";
    this.open = false;
    if (this.living) this.schedule();
  }

  kill(): void {
    killTree<BaseCell>(this);
  }

  /** Kills this actor alone; returns false if no life of it is left. */
  startKill(): boolean {
    if (this.phase === "stopped" || this.phase === "exited") return false;
    // A crash remains the reason, although its clean-up is cut short.
    if (this.living || this.exit.type !== "failed") this.exit = KILLED;
    this.phase = "leaving";
    this.rejectCurrent();
    this.endContext();
    // It does not stop itself any more: a supervisor may start it again.
    if (this.stopping === "itself") this.reopen();
    else if (this.stopping !== "no") {
      this.stopping = "stop";
      this.discardMessages();
    }
    return true;
  }

  /** Ends the life when the descendants have been killed, too. */
  endKill(): void {
    // A listener may have killed it meanwhile.
    if (this.phase === "leaving") this.lifeOver();
  }

  get alive(): boolean {
    return this.phase !== "stopped";
  }

  /** Whether a life has started or is about to, and has not ended. */
  protected get living(): boolean {
    return this.phase === "new" || this.phase === "starting" ||
      this.phase === "running";
  }

  /** Waits for a promise of the behaviour or of the handler. */
  protected suspend(): void {
    this.busy = true;
    if (this.mustEnd) this.limitShutdown();
  }

  private limitShutdown(): void {
    if (this.#shutdown !== undefined) return;
    this.#shutdown = new ShutdownDeadline(this);
    const shutdownMs = this.shutdownMs ?? DEFAULT_SHUTDOWN_MS;
    this.core.deadlines.add(this.#shutdown, shutdownMs);
  }

  // For the parent and for supervisors.

  /** Adds a new child to the tree and starts it. */
  adopt(child: BaseCell): void {
    this.addChild(child);
    if (!child.supervised) child.schedule();
    const { events } = this.core;
    if (events.active) events.publish({ type: "started", actor: child });
  }

  /** Accepts messages again, which the next life will handle. */
  reopen(): void {
    if (this.phase === "exited") this.phase = "waiting";
    // A drain that a crash interrupted continues in the next life.
    if (this.stopping !== "drain") this.stopping = "no";
    this.open = this.stopping === "no";
  }

  /** Starts the first or the next life of a supervised actor. */
  startLife(): void {
    if (this.phase !== "waiting") return;
    this.reopen();
    this.pausing = false;
    this.phase = "new";
    if (this.#hasStarted) this.countRestart();
    this.#hasStarted = true;
    this.schedule();
  }

  private countRestart(): void {
    this.restarts++;
    const { core: { events }, restarts } = this;
    if (events.active) {
      events.publish({ type: "restarted", actor: this, restarts });
    }
  }

  /** Ends a supervised actor for good when its life is over. */
  discard(): void {
    if (this.phase === "exited" || this.phase === "waiting") this.finish();
  }

  // Running.

  /** Puts the actor into the run queue, if it is free to run. */
  protected schedule(): void {
    if (this.#scheduled || this.busy) return;
    this.#scheduled = true;
    this.core.dispatcher.schedule(this);
  }

  /** Runs for one burst; only the dispatcher calls it. */
  run(maxSteps: number): number {
    if (!this.core.measuresBusyTime) return this.burst(maxSteps);
    const start = performance.now();
    const steps = this.burst(maxSteps);
    this.#busyMs += performance.now() - start;
    return steps;
  }

  private burst(maxSteps: number): number {
    this.#scheduled = false;
    if (this.busy) return 0;
    const { core } = this;
    core.current = this;
    if (this.phase === "new") {
      if (this.mustEnd) this.endLife(this.exit);
      else this.start();
    }
    let steps = 1;
    if (this.phase === "running") {
      steps = this.work(maxSteps);
      if (steps === maxSteps && this.phase === "running") this.schedule();
    }
    core.current = undefined;
    return steps;
  }

  // Ending.

  /** Ends this life: children first, then the handler. */
  protected endLife(reason: ExitReason): void {
    this.phase = "ending";
    this.busy = false;
    this.exit = reason;
    this.endContext();
    if (this.mustStop) this.discardMessages();
    // A listener to either may have killed this actor.
    if (this.phase === "ending") this.stopChildren();
    // Also after a crash: a clean-up that hangs must not delay the restart.
    if (STATES[this.phase] === "stopping") this.limitShutdown();
  }

  private stopChildren(): void {
    const { children } = this;
    if (children.length === 0) return this.endHandler();
    if (this.stopOrder === "last_first") return this.stopLast(children);
    for (const child of children) {
      child.stop();
      child.discard();
    }
  }

  /** Stops the children last to first, each when the one after it is gone. */
  private stopLast(children: BaseCell[]): void {
    let child: BaseCell | undefined;
    while (this.phase === "ending" && (child = children.pop()) !== undefined) {
      child.stop();
      child.discard();
      if (child.phase === "stopped") continue;
      return child.onGone(() => this.stopLast(children));
    }
  }

  /** Called by the queue of the system when a child is gone. */
  childGone(): void {
    if (this.phase === "ending" && this.childCells?.size === 0) {
      this.endHandler();
    }
  }

  private endHandler(): void {
    this.phase = "leaving";
    this.stopHandler(() => {
      if (this.phase === "leaving") this.lifeOver();
    });
  }

  private lifeOver(): void {
    this.busy = false;
    if (this.#shutdown !== undefined) {
      this.core.deadlines.remove(this.#shutdown);
      this.#shutdown = undefined;
    }
    this.askVerdict();
  }

  private askVerdict(): void {
    this.phase = "exited";
    const { parent } = this;
    if (this.supervised && parent?.living) {
      parent.childExited(this, this.exit);
    } else this.finish();
  }

  private finish(): void {
    this.open = false;
    this.discardMessages();
    // A listener may have killed the parent, and this with it.
    if (this.phase === "stopped") return;
    this.phase = "stopped";
    this.forget();
    const { parent, exit } = this;
    if (parent !== undefined) {
      parent.childCells?.remove(this, this.#busyMs, this.childCells);
      const { events } = this.core;
      if (events.active) {
        events.publish({ type: "stopped", actor: this, reason: exit });
      }
    }
    this.notifyWatchers();
    // Last, so that watchers are notified of the child before the parent.
    if (parent !== undefined) this.core.goneQueue.add(parent);
  }
}
