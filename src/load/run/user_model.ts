/**
 * What decides when virtual users act, and what they do: the open or the closed
 * model.
 *
 * @module
 */
import type { VirtualUser } from "./virtual_user.ts";

/** A model at work. Nothing starts any more once it is disposed. */
export interface UserModel extends Disposable {
  /** Starts the load. */
  start(): void;
  /** Starts at once what was planned until now, and has not started yet. */
  catchUp(): void;
  /** Called when a user has nothing to do. */
  onIdle(user: VirtualUser): void;
  /** Called when a user was lost, whom a new one replaces. */
  onLost(user: VirtualUser): void;
}
