/**
 * Where a message came from, and what happens if it is not delivered.
 *
 * @module
 */
import { PendingAsk } from "./ask.ts";
import { BaseCell } from "./base_cell.ts";
import type { Deadline } from "./deadlines.ts";
import {
  ActorFailedError,
  ActorStoppedError,
  MailboxFullError,
} from "./errors.ts";
import type { DeadLetterReason } from "./system_events.ts";
import type { ExitReason } from "./ref.ts";
import { Tick } from "./tick.ts";

/** The sender of a message: an actor, an ask, a timer, or unknown. */
export type Source = BaseCell | Deadline | undefined;

/** The source of a message, with the context of its trace if there is one. */
export type Origin = Source | Traced;

/** The source of a message, with the context of the trace it belongs to. */
export class Traced {
  readonly source: Source;
  readonly context: unknown;

  constructor(source: Source, context: unknown) {
    this.source = source;
    this.context = context;
  }
}

/** Reports a message that `target` will not handle, and rejects its ask. */
export function undeliverable(
  target: BaseCell,
  message: unknown,
  origin: Origin,
  reason: DeadLetterReason,
): false {
  const source = origin instanceof Traced ? origin.source : origin;
  if (source instanceof Tick && !source.claim()) return false;
  let sender: BaseCell | undefined;
  if (source instanceof PendingAsk) {
    sender = source.sender;
    source.reject(
      reason === "stopped"
        ? new ActorStoppedError(
          `Cannot ask ${target.shownPath}: it has stopped`,
        )
        : new MailboxFullError(
          `Cannot ask ${target.shownPath}: its mailbox is full, ask later or raise its bound`,
        ),
    );
  } else if (source instanceof BaseCell) sender = source;
  target.core.deadLetter(message, target, sender, reason);
  return false;
}

/** Rejects the ask that was being handled when the life ended. */
export function rejectCurrent(
  target: BaseCell,
  source: Source,
  exit: ExitReason,
): void {
  if (!(source instanceof PendingAsk)) return;
  source.reject(
    exit.type === "failed"
      ? new ActorFailedError(
        `Cannot ask ${target.shownPath}: it crashed on this request`,
        { cause: exit.cause },
      )
      : new ActorStoppedError(
        `Cannot ask ${target.shownPath}: it was killed on this request`,
      ),
  );
}
