/**
 * What a supervisor keeps of one child: its actor, its failures in a row, and
 * who waits for its end.
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

/** The wait for a next life. */
export class BackoffTimer extends Deadline {
  readonly #over: () => void;

  /** Calls `over` when it has passed. */
  constructor(over: () => void) {
    super();
    this.#over = over;
  }

  expire(): void {
    this.#over();
  }
}

/** What somebody wants done as soon as a child is down. */
export interface DownRequest {
  readonly proceed: () => void;
  /** Who is told if it comes to nothing. */
  readonly replyTo: ReplyTo<SupervisorReply>;
}

/** One child of a supervisor. */
export class SupervisedChild implements ChildState {
  readonly name: string;
  /** What it is; something else after it was replaced. */
  child: Child<never>;
  cell: BaseCell | undefined;
  phase: ChildPhase = "off";
  plannedEnd: ChildState["plannedEnd"];
  /** Milliseconds to wait before the next life. */
  delayMs: number = 0;
  /** The wait, while there is one. */
  backoffTimer: BackoffTimer | undefined;
  /** Since when this life handles messages; not yet if it is `Infinity`. */
  upSince: number = Infinity;
  #requests: DownRequest[] | undefined;
  #bugs: FailureStreak | undefined;
  #outages: FailureStreak | undefined;

  /** A child that has not started. */
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

  /** Its failures in a row, by whether a peer was not there. */
  streak(outage: boolean): FailureStreak {
    return outage
      ? this.#outages ??= new FailureStreak()
      : this.#bugs ??= new FailureStreak();
  }

  /** Keeps a request until the child is down. */
  whenDown(request: DownRequest): void {
    (this.#requests ??= []).push(request);
  }

  /** It is down: forgets what it did, and answers who waits for that. */
  release(): readonly DownRequest[] {
    this.cell = this.#bugs = this.#outages = undefined;
    return this.takeRequests();
  }

  /** Those who wait for it to be down; the caller sees to them. */
  takeRequests(): readonly DownRequest[] {
    const requests = this.#requests ?? [];
    this.#requests = undefined;
    return requests;
  }
}
