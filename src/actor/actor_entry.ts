/**
 * What is kept about an actor between two looks at it.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import { MailboxAge } from "./mailbox_age.ts";
import type { ActorState } from "./snapshot.ts";
import { pathBelow } from "./tree_walk.ts";

/** Sums over actors. */
export class ActorSum {
  actors = 0;
  mailboxMessages = 0;
  oldestMs: number | null = null;
  perSecond: number | null = null;
  busyShare: number | null = null;
  restarts = 0;
  deadLetters = 0;

  /** Makes it the sum over none. */
  clear(): void {
    this.actors =
      this.mailboxMessages =
      this.restarts =
      this.deadLetters =
        0;
    this.oldestMs = this.perSecond = this.busyShare = null;
  }

  /** Adds what one actor has, or several have together. */
  add(part: Omit<ActorSum, "clear" | "add" | "actors">, actors: number): void {
    this.actors += actors;
    this.mailboxMessages += part.mailboxMessages;
    this.restarts += part.restarts;
    this.deadLetters += part.deadLetters;
    this.perSecond = added(this.perSecond, part.perSecond);
    this.busyShare = added(this.busyShare, part.busyShare);
    if ((part.oldestMs ?? -1) > (this.oldestMs ?? -1)) {
      this.oldestMs = part.oldestMs;
    }
  }
}

function added(sum: number | null, part: number | null): number | null {
  return part === null ? sum : (sum ?? 0) + part;
}

/** One actor, as it was at the last look. */
export class ActorEntry {
  readonly path: string;
  /** Levels below the top of the tree; -1 of the root. */
  readonly depth: number;
  readonly parent: ActorEntry | undefined;
  readonly cell: BaseCell;
  state: ActorState = "starting";
  mailboxMessages = 0;
  mailboxBytes = 0;
  /** Milliseconds for which the oldest message waits at least. */
  oldestMs: number | null = null;
  processed = 0;
  /** Messages handled per second; `null` before the second look. */
  perSecond: number | null = null;
  /** Share of the time in its handlers; `null` unless it is measured. */
  busyShare: number | null = null;
  restarts = 0;
  /** Dead letters to it since the watching began. */
  deadLetters = 0;
  children = 0;
  /** Sums over all below it. */
  readonly below: ActorSum = new ActorSum();
  readonly #age = new MailboxAge();
  #busyMs = 0;
  #lookedAtMs: number | undefined;

  constructor(cell: BaseCell, parent: ActorEntry | undefined) {
    this.cell = cell;
    this.parent = parent;
    this.path = parent === undefined ? "/" : pathBelow(parent.path, cell.name);
    this.depth = parent === undefined ? -1 : parent.depth + 1;
  }

  /** Looks at the actor. */
  look(nowMs: number, deadLetters: number): void {
    const { cell } = this;
    const { waiting, processed, busyMs } = cell;
    const sinceMs = nowMs - (this.#lookedAtMs ?? nowMs);
    if (sinceMs > 0) {
      this.perSecond = (processed - this.processed) * 1000 / sinceMs;
      if (busyMs !== undefined) {
        // The last handler may have begun before the last look.
        this.busyShare = Math.min(1, (busyMs - this.#busyMs) / sinceMs);
      }
    }
    this.state = cell.state;
    this.mailboxMessages = waiting.length;
    this.mailboxBytes = waiting.bytes;
    this.oldestMs = this.#age.look(waiting, nowMs);
    this.processed = processed;
    this.restarts = cell.restarts;
    this.deadLetters = deadLetters;
    this.children = cell.childCount;
    this.below.clear();
    this.#busyMs = busyMs ?? 0;
    this.#lookedAtMs = nowMs;
  }
}
