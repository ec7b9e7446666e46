// What the tests of a terminal over workers ask them.
import { CoreTopic } from "../../../src/cores/core_topic.ts";
import type {
  Grant,
  RevokeTarget,
} from "../../../src/terminal/access/grant_rules.ts";
import type { TerminalStats } from "../../../src/terminal/metrics.ts";

/** The port that all share, and that of the worker alone. */
export const ports: CoreTopic<
  void,
  { readonly shared: number; readonly own: number }
> = new CoreTopic("ports");
/** Starts a session in the worker; the reply is its id. */
export const startHere: CoreTopic<void, string> = new CoreTopic("start_here");
/** The numbers of the worker alone. */
export const statsHere: CoreTopic<void, TerminalStats> = new CoreTopic(
  "stats_here",
);
/** Ends the thread of the worker at once. */
export const exit: CoreTopic<void> = new CoreTopic("exit");
/** Blocks the thread of the worker until the number is not 0 any more. */
export const block: CoreTopic<Int32Array<SharedArrayBuffer>> = new CoreTopic(
  "block",
);
/** Makes a ticket in the worker. */
export const ticketHere: CoreTopic<Grant, string> = new CoreTopic(
  "ticket_here",
);
/** Revokes access in the worker. */
export const revokeHere: CoreTopic<RevokeTarget, number> = new CoreTopic(
  "revoke_here",
);
