/**
 * What a session is made of, and what it needs of its owner.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import type { SessionPhase } from "./session_phase.ts";
import type { Stream } from "./stream.ts";
import type { Side } from "./stream_table.ts";
import type { GoAway } from "./wire/frame.ts";

/** What a session needs of its owner. */
export interface SessionPort {
  /** What the session is doing. */
  readonly phase: SessionPhase;
  /** Called when the peer has opened a connection, to accept or refuse it. */
  onOpen(connection: Stream): void;
  /** Called when a connection has ended; there may be none left. */
  onRemoved(): void;
  /** Called when the peer takes no new connections. */
  onGoingAway(goAway: GoAway): void;
  /** Calls the user's code: what it throws is reported. */
  notify(call: () => unknown): void;
  /** Called when the peer has acknowledged more of what was sent. */
  onAcknowledged(): void;
}

/** What a session is made of. */
export interface SessionInit {
  readonly side: Side;
  readonly options: ResolvedSessionOptions;
  readonly port: SessionPort;
  readonly clock: Clock;
  /** Where the other side is, or was when the session started. */
  readonly remote: Required<Address>;
  /** Who the other side is, if it said so and was believed. */
  readonly identity?: string | undefined;
}
