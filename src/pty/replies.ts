/**
 * The replies of a session to requests.
 *
 * @module
 */
import type { ReplyTo } from "../actor/mod.ts";
import { PtyEndedError, PtyError } from "./errors.ts";
import type { PtyRefusal, PtyReply } from "./protocol.ts";

/** The reply to a request that was carried out. */
export const DONE: PtyReply = { type: "done" };

/** Returns why the terminal did not take all of the input. */
export function notTaken(cause: unknown): PtyError {
  return cause instanceof PtyError ? cause : new PtyEndedError(
    "Cannot write: the program ended before it took all of the input",
    { cause },
  );
}

/** Carries a request out, and replies with the reason if it is refused. */
export function attempt(replyTo: ReplyTo<PtyRefusal>, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof PtyError)) throw error;
    replyTo.tell({ type: "refused", error });
  }
}
