/**
 * Decides when users do what.
 *
 * @module
 */
import type { VirtualUser } from "./virtual_user.ts";

/** A model that works; disposing it means that nothing more begins. */
export interface UserModel extends Disposable {
  /** The load begins now. */
  begin(): void;
  /** A user has nothing to do. */
  onIdle(user: VirtualUser): void;
  /** A new user stands in for one that is lost. */
  onReplaced(user: VirtualUser): void;
}
