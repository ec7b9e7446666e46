/**
 * What a supervisor keeps of one child: its actor, its failures in a row, and
 * who waits for its end.
 *
 * @module
 */
import { backoffDelayMs, type ResolvedBackoff } from "./backoff.ts";
import type { Cell } from "./cell.ts";
import type { Child } from "./child.ts";
import { Deadline } from "./deadlines.ts";
import type { ReplyTo } from "./ref.ts";
import type { ChildPhase, ChildRecord, RestartPolicy } from "./supervision.ts";
import type { SupervisorReply } from "./supervisor_protocol.ts";

/** Failures in a row of one kind, for their back-off. */
export class FailureRow {
  #count = 0;
  #since = 0;

  /**
   * Counts a failure after `healthyMs` of life, and answers the delay before
   * the next try.
   */
  add(now: number, healthyMs: number, backoff: ResolvedBackoff): number {
    if (healthyMs >= backoff.resetAfterMs) this.#count = 0;
    if (this.#count === 0) this.#since = now;
    return backoffDelayMs(backoff, this.#count++);
  }

  /** Milliseconds since the first failure of the row. */
  lengthMs(now: number): number {
    return now - this.#since;
  }
}

/** The wait for a next life. */
export class BackOff extends Deadline {
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
export class SupervisedChild implements ChildRecord {
  readonly name: string;
  /** What it is; something else after it was replaced. */
  child: Child<never>;
  cell: Cell | undefined;
  phase: ChildPhase = "off";
  fate: ChildRecord["fate"];
  /** Milliseconds to wait before the next life. */
  delayMs: number = 0;
  /** The wait, while there is one. */
  backOff: BackOff | undefined;
  /** Since when this life handles messages; not yet if it is `Infinity`. */
  upSince: number = Infinity;
  #requests: DownRequest[] | undefined;
  #bugs: FailureRow | undefined;
  #outages: FailureRow | undefined;

  /** A child that has not started. */
  constructor(name: string, child: Child<never>, cell: Cell) {
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
  failures(outage: boolean): FailureRow {
    return outage
      ? this.#outages ??= new FailureRow()
      : this.#bugs ??= new FailureRow();
  }

  /** Keeps a request until the child is down. */
  whenDown(request: DownRequest): void {
    (this.#requests ??= []).push(request);
  }

  /** It is down: forgets what it did, and answers who waits for that. */
  letGo(): readonly DownRequest[] {
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
