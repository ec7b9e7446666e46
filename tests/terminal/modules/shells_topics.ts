// What the test of terminals in workers asks them.
import { CoreTopic } from "../../../src/cores/core_topic.ts";

/**
 * Starts a session that echoes, and types; the reply has what came back, and
 * the number of sessions of that worker.
 */
export const typed: CoreTopic<
  string,
  { readonly output: string; readonly sessions: number }
> = new CoreTopic("typed");
