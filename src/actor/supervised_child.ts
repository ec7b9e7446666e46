/**
 * What a supervisor knows of one child: its actor, its failures in a row, and
 * the requests that wait for its end.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import type { Child } from "./child.ts";
import { Deadline } from "./deadlines.ts";
import { FailureStreak } from "./failure_streak.ts";
import type { ReplyTo } from "./ref.ts";
import type {
  ChildPhase,
  ChildState,
  RestartPolicy,
} from "./supervision_state.ts";
import type { SupervisorReply } from "./supervisor_protocol.ts";

/** The delay before the next life of a child. */
export class BackoffTimer extends Deadline {
  readonly #over: () => void;

  /** Calls `over` when the delay has passed. */
  constructor(over: () => void) {
    super();
    this.#over = over;
  }

  expire(): void {
    this.#over();
  }
}

/** A request that must wait until a child is down. */
export interface DownRequest {
  readonly proceed: () => void;
  /** Where the refusal goes if it cannot proceed. */
  readonly replyTo: ReplyTo<SupervisorReply>;
}

/** One child of a supervisor, with its state and its actor. */
export class SupervisedChild implements ChildState {
  readonly name: string;
  /** The specification, which `replaceChild` exchanges. */
  child: Child<never>;
  cell: BaseCell | undefined;
  phase: ChildPhase = "off";
  plannedEnd: ChildState["plannedEnd"];
  /** Milliseconds to wait before the next life. */
  delayMs: number = 0;
  /** Runs while the child waits for its next life. */
  backoffTimer: BackoffTimer | undefined;
  /** When this life began to handle messages; `Infinity` if not yet. */
  upSince: number = Infinity;
  #requests: DownRequest[] | undefined;
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

  /** Keeps a request until the child is down. */
  whenDown(request: DownRequest): void {
    (this.#requests ??= []).push(request);
  }

  /** The child is down: forgets its past, and returns the waiting requests. */
  release(): readonly DownRequest[] {
    this.cell = this.#bugs = this.#outages = undefined;
    return this.takeRequests();
  }

  /** Removes and returns the requests that wait until the child is down. */
  takeRequests(): readonly DownRequest[] {
    const requests = this.#requests ?? [];
    this.#requests = undefined;
    return requests;
  }
}
