/**
 * What a supervisor knows of one child: its actor, its failures in a row, and
 * the calls that wait for its start or its end.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import type { Child } from "./child.ts";
import type { ControlCall } from "./control_calls.ts";
import { Deadline } from "./deadlines.ts";
import { FailureStreak } from "./failure_streak.ts";
import type {
  ChildPhase,
  ChildState,
  RestartPolicy,
} from "./supervision_state.ts";

/** The delay before the next life of a child, or the time that it may take. */
export class ChildTimer extends Deadline {
  readonly #over: () => void;

  /** Calls `over` when the time has passed. */
  constructor(over: () => void) {
    super();
    this.#over = over;
  }

  expire(): void {
    this.#over();
  }
}

/** One child of a supervisor, with its state and its actor. */
export class SupervisedChild implements ChildState {
  readonly name: string;
  /** The specification, which `replaceChild` exchanges. */
  child: Child<never>;
  cell: BaseCell | undefined;
  phase: ChildPhase = "off";
  plannedEnd: ChildState["plannedEnd"];
  ifStartFails: ChildState["ifStartFails"];
  /** Milliseconds to wait before the next life. */
  delayMs: number = 0;
  /** Runs while the child waits for its next life, or starts it. */
  timer: ChildTimer | undefined;
  /** When this life began to handle messages; `Infinity` if not yet. */
  upSince: number = Infinity;
  #whenDown: (() => void)[] | undefined;
  #whenUp: ControlCall[] | undefined;
  #bugs: FailureStreak | undefined;
  #outages: FailureStreak | undefined;

  /** Creates a child that has not started. */
  constructor(name: string, child: Child<never>, cell: BaseCell) {
    this.name = name;
    this.child = child;
    this.cell = cell;
  }

  get restart(): RestartPolicy {
    return this.child.restart;
  }

  get significant(): boolean {
    return this.child.significant;
  }

  /** Returns the failures in a row: outages of a peer, or bugs. */
  streak(outage: boolean): FailureStreak {
    return outage
      ? this.#outages ??= new FailureStreak()
      : this.#bugs ??= new FailureStreak();
  }

  /** A life has begun to handle messages, so no outage goes on. */
  started(now: number): void {
    this.upSince = now;
    this.#outages?.up();
  }

  /** Keeps what must be done once the child is down. */
  whenDown(proceed: () => void): void {
    (this.#whenDown ??= []).push(proceed);
  }

  /** Keeps a call that waits until the child has started. */
  whenUp(call: ControlCall): void {
    (this.#whenUp ??= []).push(call);
  }

  /** Removes and returns the calls that wait until the child has started. */
  takeWhenUp(): readonly ControlCall[] {
    const calls = this.#whenUp ?? [];
    this.#whenUp = undefined;
    return calls;
  }

  /** The child is down: forgets its past, and returns what waited for that. */
  release(): readonly (() => void)[] {
    const waiting = this.#whenDown ?? [];
    this.cell =
      this.#bugs =
      this.#outages =
      this.#whenDown =
        undefined;
    return waiting;
  }
}
