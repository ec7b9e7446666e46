/**
 * One actor's place in the tree, whatever its messages are: phases, children,
 * watchers, stopping. Its messages are the subclass's, in `actor_cell.ts`.
 *
 * Phases: `new` → `starting` → `running` → `ending` (the children stop) →
 * `leaving` (the handler's `stopped`, or a kill) → `exited` (a supervised
 * actor waits for the verdict) → `stopped`, or back to `new` at a restart.
 *
 * @module
 */
import type { ActorRef, AskOptions, ExitReason, ReplyTo } from "./ref.ts";
import type { SystemCore } from "./core.ts";
import type { ActorSnapshot, ActorState } from "./snapshot.ts";
import { ShutdownDeadline } from "./shutdown_deadline.ts";
import { KILLED, SHUTDOWN, TreeNode } from "./tree_node.ts";

/** Milliseconds from a stop to a kill unless told otherwise (OTP's default). */
const DEFAULT_SHUTDOWN_MS = 5000;

/** How a parent stops its children: all at once, or last to first. */
export type StopOrder = "together" | "last_first";

/** Where an actor is between its start and its end. */
export type Phase =
  | "new"
  | "starting"
  | "running"
  | "ending"
  | "leaving"
  | "exited"
  | "stopped";

const STATES: Readonly<Record<Phase, ActorState>> = {
  new: "starting",
  starting: "starting",
  running: "running",
  ending: "stopping",
  leaving: "stopping",
  exited: "waiting",
  stopped: "stopped",
};

/**
 * An actor without its messages. Methods for its own use are `private` and not
 * `#private`, here and in the classes around it: the first `#method` of a class
 * costs a pointer in each of its instances, and there may be a million.
 */
export abstract class BaseCell extends TreeNode implements ActorRef<never> {
  /** Whether the parent decides about restarts. */
  readonly supervised: boolean;
  /** Messages handled so far, over all lives. */
  processed = 0;
  /** Restarts so far. */
  restarts = 0;
  /** What the behaviour threw last. */
  lastFailure: unknown;
  /** How children are stopped; a supervisor sets it when it starts. */
  stopOrder: StopOrder = "together";
  /** Milliseconds from a stop to a kill, if it is not the default. */
  shutdownMs: number | undefined;

  protected phase: Phase = "new";
  /** Whether messages are let in: not after a stop or drain was asked for. */
  protected open = true;
  /** An asynchronous start or handler is pending. */
  protected busy = false;
  protected stopping: "no" | "drain" | "stop" = "no";
  /** The supervisor wants this life to end, and will begin another. */
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
    // A supervised actor takes messages, and begins when it is told to.
    if (supervised) this.phase = "exited";
  }

  /** Messages and bytes that wait. */
  protected abstract get waiting(): {
    readonly length: number;
    readonly bytes: number;
  };

  /** This actor and those below it, as they are now. */
  snapshot(): ActorSnapshot {
    const { path, waiting, processed, restarts, lastFailure } = this;
    return {
      path,
      state: STATES[this.phase],
      mailboxMessages: waiting.length,
      mailboxBytes: waiting.bytes,
      processed,
      restarts,
      lastFailure,
      busyMs: this.core.measuresBusyTime ? this.#busyMs : undefined,
      gone: this.childCells?.gone ?? { processed: 0, restarts: 0, busyMs: 0 },
      children: this.children.map((child) => child.snapshot()),
    };
  }

  /** Whether this life may still start children. */
  get maySpawn(): boolean {
    return this.living && !this.mustEnd;
  }

  /** Whether this life is to end after the message in hand. */
  protected get mustEnd(): boolean {
    return this.pausing || this.stopping === "stop";
  }

  /** Whether a stop was asked for since the last restart, or a drain done. */
  get stopAsked(): boolean {
    return this.stopping === "stop";
  }

  /** Whether this is a supervised actor whose life is over. */
  get awaitsVerdict(): boolean {
    return this.phase === "exited";
  }

  abstract tell(message: never): boolean;
  abstract ask<R>(
    request: (replyTo: ReplyTo<R>) => never,
    options?: AskOptions,
  ): Promise<R>;

  /** Does up to `maxSteps` things; answers how many. */
  protected abstract work(maxSteps: number): number;
  /** Calls the behaviour for a new life. */
  protected abstract start(): void;
  /** The life ends: aborts its signal, drops its timers and watches. */
  protected abstract endContext(): void;
  /** Calls the handler's `stopped`, then `done` once; never throws. */
  protected abstract stopHandler(done: () => void): void;
  /** Sends what waits in the mailbox to dead letters. */
  protected abstract discardMessages(): void;
  /** Lets go of what an actor that is gone needs no more. */
  protected abstract forget(): void;
  /** Rejects the ask in hand, if any. */
  protected abstract rejectInHand(): void;
  /** A supervised child's life is over and its own children are gone. */
  protected abstract childExited(child: BaseCell, reason: ExitReason): void;
  /** A supervised child has started: it handles messages now. */
  abstract childStarted(child: BaseCell): void;

  // Stopping.

  stop(reason: ExitReason = SHUTDOWN): void {
    if (this.stopping === "stop" || this.phase === "stopped") return;
    this.stopping = "stop";
    this.open = false;
    if (this.living) {
      this.exit = reason;
      this.schedule();
      // A handler that never settles must not hold up the stop for ever.
      if (this.busy) this.limitShutdown();
      return;
    }
    // Too late for this life, but it decides whether there is a next one.
    this.discardMessages();
    if (this.phase === "exited") this.askVerdict();
  }

  /** Ends this life in order, keeping the mailbox, for a supervisor. */
  pause(): void {
    if (this.pausing || !this.living) return;
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
    if (this.phase === "stopped" || this.phase === "exited") return;
    // A crash stays the reason, although its clean-up is cut short.
    if (this.living || this.exit.type !== "failed") this.exit = KILLED;
    this.phase = "leaving";
    this.rejectInHand();
    this.endContext();
    if (this.stopping !== "no") {
      this.stopping = "stop";
      this.discardMessages();
    }
    for (const child of this.children) {
      child.kill();
      child.discard();
    }
    // A listener may have killed it meanwhile.
    if (this.phase === "leaving") this.lifeOver();
  }

  get alive(): boolean {
    return this.phase !== "stopped";
  }

  /** Whether a life is there, or about to begin, that has not ended. */
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

  /** Takes a new child into the tree. */
  adopt(child: BaseCell): void {
    this.addChild(child);
    if (!child.supervised) child.schedule();
    const { events } = this.core;
    if (events.active) events.publish({ type: "started", actor: child });
  }

  /** Lets messages in again, which the next life will handle. */
  reopen(): void {
    // A drain that a crash has cut short goes on in the next life.
    if (this.stopping === "stop") this.stopping = "no";
    this.open = this.stopping === "no";
  }

  /** Begins the first or the next life of a supervised actor. */
  startLife(): void {
    if (this.phase !== "exited") return;
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

  /** Lets a supervised actor whose life is over go for good. */
  discard(): void {
    if (this.phase === "exited") this.finish();
  }

  // Running.

  /** Puts the actor into the run queue, if it is free to run. */
  protected schedule(): void {
    if (this.#scheduled || this.busy) return;
    this.#scheduled = true;
    this.core.dispatcher.schedule(this);
  }

  /** Runs for one burst; called by the dispatcher alone. */
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
    if (this.stopping === "stop") this.discardMessages();
    // Whoever listened to either may have killed this actor.
    if (this.phase === "ending") this.stopChildren();
    // Also for a crash: a clean-up that hangs must not hold up the restart.
    if (this.stillEnding) this.limitShutdown();
  }

  private get stillEnding(): boolean {
    return this.phase === "ending" || this.phase === "leaving";
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

  private childGone(): void {
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
    this.phase = "exited";
    this.busy = false;
    if (this.#shutdown !== undefined) {
      this.core.deadlines.remove(this.#shutdown);
      this.#shutdown = undefined;
    }
    this.askVerdict();
  }

  private askVerdict(): void {
    const { parent } = this;
    if (this.supervised && parent !== undefined && parent.phase === "running") {
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
    this.tellGone();
    // Last, so that whoever waits hears of the child before the parent.
    if (parent !== undefined) parent.childGone();
  }
}
