/**
 * What a session is made of, and what it tells its owner.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import type { GoAway } from "./wire/frame.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import type { Stream } from "./stream.ts";
import type { Side } from "./stream_table.ts";

/** What a session tells its owner. */
export interface SessionEvents {
  /** The peer has opened a logical connection: accept or refuse it. */
  readonly onOpen: (connection: Stream) => void;
  /** A logical connection has ended; there may be none left. */
  readonly onRemoved: () => void;
  /** The peer takes no new connections. */
  readonly onGoingAway: (goAway: GoAway) => void;
  /** The peer has more of what was sent. */
  readonly onAcknowledged: () => void;
}

/** What a session is made of. */
export interface SessionInit {
  readonly side: Side;
  readonly options: ResolvedSessionOptions;
  readonly events: SessionEvents;
  readonly clock: Clock;
  /** Where the other side is, or was when the session began. */
  readonly remote: Required<Address>;
  /** Who the other side is, if it said so and was believed. */
  readonly identity?: string | undefined;
}
