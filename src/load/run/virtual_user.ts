/**
 * A virtual user: an actor that owns what its drivers have opened for it, and
 * performs one operation at a time. It is owned by the pool of users,
 * and lives until it is no longer needed or until an operation stalls.
 *
 * An operation costs one promise reaction and one message from the user to
 * itself: no timer, no signal of its own, and no object unless its request
 * changes. The message gives other users and the event loop their turns, even
 * if a driver never waits.
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
import type { Ending } from "./accounting.ts";
import { Attempt } from "./attempt.ts";
import type { CompiledOperation, CompiledStep } from "./compiled_operation.ts";
import type {
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import {
  type CheckError,
  LoadTestError,
  OperationTimeoutError,
} from "../load_errors.ts";
import type { Failure } from "./error_tally.ts";
import { failureOf } from "./failure.ts";
import { DriverError } from "../drivers/driver_error.ts";
import { FlowProgress } from "./flow_progress.ts";
import type { IterationValues } from "./iteration_values.ts";
import type { PlannedStage } from "./stage_plan.ts";
import type { UserHost } from "./user_host.ts";
import { UserSessions } from "./user_sessions.ts";
import { UserSetup } from "./user_setup.ts";

/** The messages of a user: from its pool, and from itself. */
export type UserMessage =
  /** Start the operation that was assigned. */
  | "start"
  /** The operation has ended. */
  | "settled";

/** One virtual user. */
export class VirtualUser implements Handler<UserMessage> {
  /** The number of the user, from 0 on; no other user of the run has it. */
  readonly number: number;
  readonly #host: UserHost;
  /** Aborts when the user has ended, and before that its operations. */
  readonly #controller = new AbortController();
  readonly #operations = new AbortController();
  readonly #sessions: UserSessions;
  readonly #calls = new Map<CompiledStep, OperationCall>();
  #ref: ActorRef<UserMessage> | undefined;
  /** The operation under way, or the last one. */
  #attempt: Attempt | undefined;
  /** The number of the iteration under way, or of the last one. */
  #iteration = 0;
  /** What is performed now: the operation, or a step of the flow. */
  #step: CompiledStep | undefined;
  /** What the steps of a flow have done so far. */
  #flow: FlowProgress | undefined;
  /** The call of a driver under way, or the last one. */
  #call: OperationCall | undefined;
  /** There is none if users have neither setup nor teardown. */
  #setup: UserSetup | undefined;
  #busy = false;
  #isStopped = false;
  /** Whether it timed out or crashed. */
  #isLost = false;
  /** When the operation under way times out. */
  deadlineAt: number = Infinity;
  /** Rejections of drivers in a row. */
  rejections = 0;
  /** The iterations that the closed model has assigned. */
  iterations = 0;

  constructor(host: UserHost, number: number) {
    this.#host = host;
    this.number = number;
    const user = { number, signal: this.#controller.signal };
    this.#sessions = new UserSessions(user, (e) => host.onCloseError(e));
  }

  /** Spawns the actor of the user. */
  spawn(parent: ActorContext<never>, name: string): ActorRef<UserMessage> {
    const behavior: Behavior<UserMessage> = () => this;
    return this.#ref = parent.spawn(behavior, { name });
  }

  /** Whether an operation is assigned and has not ended. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Assigns an operation of a stage to an idle user. The operation counts as
   * started from here on, whatever becomes of the user. Its latency counts from
   * `plannedAt`, or from its real start if there is none.
   */
  assign(
    operation: CompiledOperation,
    stage: PlannedStage,
    plannedAt: number | undefined,
    iteration: number,
  ): void {
    operation.recorder.start(stage);
    this.#host.onStarted();
    const attempt = this.#attempt ??= new Attempt(
      operation,
      stage,
      plannedAt,
    );
    attempt.operation = operation;
    attempt.stage = stage;
    attempt.plannedAt = plannedAt;
    this.#iteration = iteration;
    this.#busy = true;
    const { clock } = this.#host;
    const { setup, teardown } = operation.userSteps;
    if (setup.length + teardown.length > 0) {
      this.#setup ??= new UserSetup(operation, this.#sessions, clock);
    }
    this.#flow = operation.isFlow
      ? new FlowProgress(
        operation,
        stage,
        this.number,
        iteration,
        this.#setup?.captured,
      )
      : undefined;
    const now = attempt.startedAt = this.#host.now();
    const step = this.#step = this.#flow === undefined
      ? operation.steps[0]
      : this.#flow.next(now);
    this.deadlineAt = now + (step?.timeoutMs ?? Infinity);
  }

  /** Has the actor start the assigned operation in a turn of its own. */
  wake(): void {
    this.#ref?.tell("start");
  }

  /** Stops the user, and interrupts its operation. */
  stop(): void {
    // Here, since an actor that never started is not asked when it stops.
    this.#finish("interrupted");
    this.#abort(new LoadTestError("The virtual user has stopped"));
    this.#ref?.stop();
  }

  /**
   * Times its operation out, and stops the user. Also called when the operation
   * has ended, but too late: nobody has noticed before.
   */
  timeOut(): void {
    const { name, timeoutMs } = this.#step ?? {};
    const error = new OperationTimeoutError(
      `${name} took longer than ${timeoutMs} ms`,
    );
    this.#isLost = true;
    this.#finish("timedOut", undefined, error);
    this.#abort(error);
    this.stop();
  }

  receive(message: UserMessage): void {
    if (this.#isStopped) return;
    if (message === "start") this.start();
    else this.#host.onIdle(this);
  }

  /** Starts the assigned operation; called within the actor's turn. */
  start(): void {
    const attempt = this.#attempt;
    const step = this.#step;
    if (!this.#busy || attempt === undefined || step === undefined) return;
    this.#call = undefined;
    if (this.#setup?.isDone === false) {
      return this.#setUp(attempt, step, this.#setup);
    }
    const session = this.#sessions.get(step.driver);
    if (session === undefined) this.#open(attempt, step);
    else this.#perform(attempt, step, session);
  }

  /** Performs the setup before the operation, whose times leave it out. */
  #setUp(attempt: Attempt, step: CompiledStep, setup: UserSetup): void {
    const before = this.#host.now();
    this.deadlineAt = Infinity;
    this.#sessions.track(
      setup.setUp(this.#operations.signal).then(
        () => {
          if (!this.#busy || this.#isStopped) return;
          const now = this.#host.now();
          attempt.delay(now - before);
          this.#flow?.delay(now - before);
          this.deadlineAt = now + step.timeoutMs;
          this.start();
        },
        (error) => {
          // The next try begins anew, without cookies of this one.
          this.#sessions.closeAll();
          // It has failed at none of its steps.
          this.#step = undefined;
          this.#onError(error);
        },
      ),
    );
  }

  #open(attempt: Attempt, step: CompiledStep): void {
    this.#sessions.track(
      this.#sessions.open(step.driver).then(
        (session) => {
          if (this.#isStopped) return;
          if (this.#isLate) return this.timeOut();
          this.#perform(attempt, step, session);
        },
        this.#onError,
      ),
    );
  }

  #perform(attempt: Attempt, step: CompiledStep, session: DriverSession): void {
    let call: OperationCall;
    try {
      call = this.#call = this.#callOf(step);
    } catch (error) {
      return this.#onError(error);
    }
    const now = this.#host.now();
    if (this.#flow?.startedAt === undefined) attempt.startedAt = now;
    if (this.#flow !== undefined) this.#flow.startedAt = now;
    this.deadlineAt = now + step.timeoutMs;
    try {
      session.perform(call).then(this.#onOutcome, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }

  #callOf(step: CompiledStep): OperationCall {
    const known = this.#calls.get(step);
    if (known !== undefined) return known;
    const values = this.#flow?.values ?? this.#valuesOf(step);
    const call = {
      operation: step.name,
      request: step.request(this.number, this.#iteration, values),
      signal: this.#operations.signal,
      wantsHeaders: step.wantsHeaders,
    };
    if (step.constant !== undefined) this.#calls.set(step, call);
    return call;
  }

  /** Returns values with what the setup has captured, if there is any. */
  #valuesOf({ constant }: CompiledStep): IterationValues | undefined {
    const { captured } = this.#setup ?? {};
    if (constant !== undefined || captured === undefined) return undefined;
    const values = this.#attempt?.operation
      .values(this.number, this.#iteration);
    if (values !== undefined) values.shared = captured;
    return values;
  }

  readonly #onOutcome = (outcome: OperationOutcome): void => {
    if (this.#isStopped) return;
    // The clock is read once: that is a good part of what an operation costs.
    const now = this.#host.now();
    if (now > this.deadlineAt) return this.timeOut();
    this.rejections = 0;
    const step = this.#step;
    const flow = this.#flow;
    const wrong = this.#observe(outcome) ??
      (flow && step?.capturer?.(outcome, flow.values.captures));
    if (wrong !== undefined) this.#finish("failed", outcome, wrong, now);
    else if (flow === undefined) this.#finish("ok", outcome, undefined, now);
    else {
      flow.succeed(now, outcome);
      if (this.#goOn(flow, now)) return;
      this.#finish("ok", flow.outcome, undefined, now);
    }
    this.#ref?.tell("settled");
  };

  /** Starts the next step of a flow in a turn of its own, if there is one. */
  #goOn(flow: FlowProgress, now: number): boolean {
    const next = flow.next(now);
    if (next === undefined) return false;
    this.#step = next;
    this.deadlineAt = now + next.timeoutMs;
    this.#ref?.tell("start");
    return true;
  }

  readonly #onError = (error: unknown): void => {
    if (this.#isStopped) return;
    if (this.#isLate) return this.timeOut();
    this.rejections++;
    if (error instanceof DriverError) {
      this.#addStatus(error.received ?? {});
    }
    this.#finish("failed", undefined, error);
    this.#ref?.tell("settled");
  };

  /** Counts the status of an outcome, and its checks; returns what is wrong. */
  #observe(outcome: OperationOutcome): CheckError | undefined {
    this.#addStatus(outcome);
    const step = this.#step;
    const stage = this.#attempt?.stage;
    if (step?.checker === undefined || stage === undefined) return undefined;
    return step.checker(outcome, step.recorder.checksIn(stage));
  }

  #addStatus({ status }: OperationOutcome): void {
    const stage = this.#attempt?.stage;
    if (status === undefined || stage === undefined) return;
    this.#step?.recorder.addStatusIn(stage, status);
  }

  /** Whether the operation under way has taken longer than it may. */
  get #isLate(): boolean {
    return this.#host.now() > this.deadlineAt;
  }

  #finish(
    ending: Ending,
    outcome?: OperationOutcome,
    error?: unknown,
    now = this.#host.now(),
  ): void {
    const attempt = this.#attempt;
    if (!this.#busy || attempt === undefined) return;
    this.#busy = false;
    this.deadlineAt = Infinity;
    attempt.step = this.#flow && this.#step?.name;
    if (error !== undefined) {
      attempt.failure = this.#failureOf(attempt, error, outcome);
    }
    this.#flow?.finish(ending, error, attempt.failure);
    this.#flow = undefined;
    attempt.end(ending, now, outcome, error);
    this.#host.onEnded(attempt);
    attempt.release();
  }

  #failureOf(
    attempt: Attempt,
    error: unknown,
    outcome: OperationOutcome | undefined,
  ): Failure {
    const driver = this.#step?.driver;
    const session = driver && this.#sessions.get(driver);
    return failureOf({
      ...this.#host.placeOf(attempt),
      error,
      request: this.#call?.request,
      received: () => outcome ?? (this.#call && session?.received?.()),
      captured: [
        ...this.#flow?.values.captures.values() ?? [],
        ...this.#setup?.captured.values() ?? [],
      ],
    });
  }

  #abort(reason: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#operations.abort(reason);
    if (!this.#tearsDown) this.#controller.abort(reason);
  }

  get #tearsDown(): boolean {
    return !this.#isLost && this.#setup?.needsTeardown === true;
  }

  /** Closes everything, also what opens late. */
  async stopped(reason: ExitReason): Promise<void> {
    if (reason.type === "failed") {
      this.#isLost = true;
      this.#finish("failed", undefined, reason.cause);
    }
    this.stop();
    if (this.#tearsDown) {
      await this.#setup?.tearDown(this.#host.teardownSignal)
        .catch((error) => this.#host.onTeardownError(error));
      this.#controller.abort();
    }
    await this.#sessions.end();
  }
}
