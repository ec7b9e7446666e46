/**
 * What all clients of an exposure have in common.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import type { BodyCodec } from "./body.ts";
import type { RemoteFailure } from "./failure.ts";
import type { OutboxLimits } from "./outbox.ts";

/** The options of an exposure, checked, with its counters. */
export interface ServedSettings extends OutboxLimits {
  readonly clock: Clock;
  readonly maxPending: number;
  readonly maxGiven: number;
  readonly bodies: BodyCodec;
  readonly describeFailure: (error: unknown) => RemoteFailure;
  /** Takes what no client learns of; never throws. */
  readonly report: (error: unknown) => void;
  readonly counters: ServedCounters;
}

/** What all clients of an exposure count together. */
export interface ServedCounters {
  clients: number;
  lateReplies: number;
  refusedMessages: number;
}
