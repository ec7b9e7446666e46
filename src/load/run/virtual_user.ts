/**
 * A virtual user: an actor that owns what its drivers have opened for it, and
 * does one operation at a time. Its crew owns it; it lives until it is no
 * longer needed, or until an operation has stalled.
 *
 * An operation costs one promise reaction and one message to itself: no timer,
 * no signal of its own, no object unless its request changes. The message
 * gives other users and the event loop their turns, even if a driver never
 * waits.
 *
 * @module
 */
import type {
  ActorContext,
  ActorRef,
  Behavior,
  ExitReason,
  Handler,
} from "../../actor/mod.ts";
import type { Counter, Ending } from "./accounting.ts";
import { Attempt } from "./attempt.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import { LoadTestError, OperationTimeoutError } from "../load_errors.ts";

/** What a user is told: by its crew, and by itself. */
export type UserMessage =
  /** Do what you were given. */
  | "begin"
  /** What you did is settled. */
  | "settled";

/** The owner of users, to which they report. */
export interface UserHost {
  /** Returns milliseconds, of the clock of the run. */
  now(): number;
  /** Called when an operation has been assigned. */
  onStarted(): void;
  /** Called when an operation has ended; the times count only if it is `ok`. */
  onEnded(attempt: Attempt): void;
  /** Called when a user may be given something to do. */
  onIdle(user: VirtualUser): void;
  /** Called when something could not be closed. */
  onCloseError(error: unknown): void;
}

/** A virtual user. */
export class VirtualUser implements Handler<UserMessage> {
  /** Its number, which no other user of the run has. */
  readonly number: number;
  readonly #host: UserHost;
  readonly #abort = new AbortController();
  readonly #sessions = new Map<Driver, DriverSession>();
  readonly #calls = new Map<CompiledOperation, OperationCall>();
  /** What is being opened or closed. */
  readonly #pending = new Set<Promise<unknown>>();
  #ref: ActorRef<UserMessage> | undefined;
  /** What it does, or has done last. */
  #attempt: Attempt | undefined;
  #busy = false;
  #over = false;
  /** When what it does has timed out. */
  deadlineAt: number = Infinity;
  /** How often in a row a driver has rejected. */
  rejections = 0;

  constructor(host: UserHost, number: number) {
    this.#host = host;
    this.number = number;
  }

  /** Starts its actor, which is a child of the crew's. */
  spawn(parent: ActorContext<never>, name: string): ActorRef<UserMessage> {
    const behavior: Behavior<UserMessage> = () => this;
    return this.#ref = parent.spawn(behavior, { name });
  }

  /** Whether it does something. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Gives a free user something to do: from here on it has started, whatever
   * becomes of the user. Its latency counts from `plannedAt`, or from its real
   * begin if there is none.
   */
  assign(
    operation: CompiledOperation,
    counter: Counter,
    plannedAt: number | undefined,
  ): void {
    counter.start();
    this.#host.onStarted();
    const attempt = this.#attempt ??= new Attempt(
      operation,
      counter,
      plannedAt,
    );
    attempt.operation = operation;
    attempt.counter = counter;
    attempt.plannedAt = plannedAt;
    this.#busy = true;
    this.deadlineAt = this.#host.now() + operation.timeoutMs;
  }

  /** Has the actor begin with what it was given. */
  wake(): void {
    this.#ref?.tell("begin");
  }

  /** Ends the user; what it does is cut short. */
  end(): void {
    // Here, for an actor that has not begun has nothing to say when it stops.
    this.#finish("interrupted");
    this.#cutShort(new LoadTestError("The virtual user has ended"));
    this.#ref?.stop();
  }

  /** What it does has taken too long: that has timed out, and it ends. */
  expire(): void {
    const { name, timeoutMs } = this.#attempt?.operation ?? {};
    const error = new OperationTimeoutError(
      `${name} took longer than ${timeoutMs} ms`,
    );
    this.#finish("timedOut", undefined, error);
    this.#cutShort(error);
    this.end();
  }

  receive(message: UserMessage): void {
    if (this.#over) return;
    if (message === "begin") this.begin();
    else this.#host.onIdle(this);
  }

  /** Begins what it was given; within the actor's turn. */
  begin(): void {
    const attempt = this.#attempt;
    if (!this.#busy || attempt === undefined) return;
    const session = this.#sessions.get(attempt.operation.driver);
    if (session === undefined) this.#open(attempt);
    else this.#perform(attempt, session);
  }

  #open(attempt: Attempt): void {
    const { driver } = attempt.operation;
    const { signal } = this.#abort;
    // Also what is thrown at once rejects.
    const opening = Promise.try(() =>
      driver.open({ number: this.number, signal })
    ).then(
      (session) => {
        if (this.#over) return this.#close(session);
        this.#sessions.set(driver, session);
        this.#perform(attempt, session);
      },
      this.#onError,
    );
    this.#track(opening);
  }

  #perform(attempt: Attempt, session: DriverSession): void {
    const { operation } = attempt;
    let call: OperationCall;
    try {
      call = this.#callOf(operation);
    } catch (error) {
      return this.#onError(error);
    }
    const now = this.#host.now();
    attempt.startedAt = now;
    this.deadlineAt = now + operation.timeoutMs;
    try {
      session.perform(call).then(this.#onOutcome, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }

  #callOf(operation: CompiledOperation): OperationCall {
    const known = this.#calls.get(operation);
    if (known !== undefined) return known;
    const call = {
      operation: operation.name,
      request: operation.request(),
      signal: this.#abort.signal,
    };
    if (operation.constant !== undefined) this.#calls.set(operation, call);
    return call;
  }

  readonly #onOutcome = (outcome: OperationOutcome): void => {
    if (this.#over) return;
    this.rejections = 0;
    const wrong = this.#attempt?.operation.checker?.(outcome);
    if (wrong === undefined) this.#finish("ok", outcome);
    else this.#finish("failed", undefined, wrong);
    this.#ref?.tell("settled");
  };

  readonly #onError = (error: unknown): void => {
    if (this.#over) return;
    this.rejections++;
    this.#finish("failed", undefined, error);
    this.#ref?.tell("settled");
  };

  #finish(
    ending: Ending,
    outcome?: OperationOutcome,
    error?: unknown,
  ): void {
    const attempt = this.#attempt;
    if (!this.#busy || attempt === undefined) return;
    this.#busy = false;
    this.deadlineAt = Infinity;
    attempt.end(ending, this.#host.now(), outcome, error);
    this.#host.onEnded(attempt);
    attempt.release();
  }

  #cutShort(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort.abort(reason);
  }

  /** Gives everything back, also what is open late. */
  async stopped(reason: ExitReason): Promise<void> {
    if (reason.type === "failed") {
      this.#finish("failed", undefined, reason.cause);
    }
    this.end();
    for (const session of this.#sessions.values()) this.#close(session);
    this.#sessions.clear();
    // What is still being opened is closed when it is open.
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #close(session: DriverSession): void {
    this.#track(
      Promise.try(() => session[Symbol.asyncDispose]())
        .catch((error) => this.#host.onCloseError(error)),
    );
  }

  #track(work: Promise<unknown>): void {
    this.#pending.add(work);
    work.finally(() => this.#pending.delete(work));
  }
}
