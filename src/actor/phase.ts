/**
 * The phases of an actor, and what each is called in a snapshot.
 *
 * @module
 */
import type { ActorState } from "./snapshot.ts";

/** The phase of an actor between its start and its end. */
export type Phase =
  /** A life is about to start. */
  | "new"
  /** The behaviour has been called, and its handler is not there yet. */
  | "starting"
  /** The actor has started, and handles messages. */
  | "running"
  /** The life ends, and the children stop. */
  | "ending"
  /** The handler cleans up. */
  | "leaving"
  /** The life is over, and the supervisor has yet to decide what follows. */
  | "exited"
  /** The supervisor starts a life later: the first one, or the next. */
  | "waiting"
  /** The actor is gone: no life follows. */
  | "stopped";

/** What each phase is called in a snapshot. */
export const STATES: Readonly<Record<Phase, ActorState>> = {
  new: "starting",
  starting: "starting",
  running: "running",
  ending: "stopping",
  leaving: "stopping",
  exited: "waiting",
  waiting: "waiting",
  stopped: "stopped",
};
