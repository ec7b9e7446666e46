/**
 * What a stream needs of its session.
 *
 * @module
 */
import type { Address, ResolvedSessionOptions } from "./options.ts";
import type { SessionPhase } from "./session_phase.ts";
import type { InboxPort } from "./wire/inbox_port.ts";
import type { OutboxPort } from "./wire/outbox.ts";

/** Where the frames of a stream go. */
export interface StreamOutput extends OutboxPort {
  /** Sends a control frame, ahead of data that waits for its turn. */
  control(type: number, stream: number, payload: Uint8Array): void;
}

/** What a stream needs of its session, besides what its inbox does. */
export interface StreamPort extends InboxPort {
  readonly options: ResolvedSessionOptions;
  /** Where the other side is, or was when the session started. */
  readonly remote: Required<Address>;
  /** Who the other side is, if it said so and was believed. */
  readonly identity: string | undefined;
  /** What the session is doing. */
  readonly phase: SessionPhase;
  /** Milliseconds to the peer and back, smoothed; 0 if it is not known. */
  readonly roundTripMs: number;
  readonly output: StreamOutput;
  /** Calls the user's code after this turn. */
  notify(call: () => unknown): void;
  /** Ends a stream on both sides at once. */
  reset(stream: number, code: number, text: string): void;
  /** Ends this side's direction of a stream without its user. */
  endStream(stream: number): void;
  /** Forgets a stream that has ended. */
  remove(stream: number): void;
  /** Counts a stream of the peer that has ended while somebody serves it. */
  endedInService(): void;
  /** Stops counting it: whoever served it has returned. */
  leftService(): void;
}
