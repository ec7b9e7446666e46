// What the tests and their workers say to each other.
import { CoreTopic } from "../../../src/cores/core_topic.ts";

/** Doubles a number, and says which worker has done so. */
export const double: CoreTopic<
  number,
  { value: number; index: number; incarnation: number }
> = new CoreTopic("double");
/** Ends the worker in one way or another. */
export const end: CoreTopic<
  "throw" | "reject" | "exit" | "close" | "loop" | "wait"
> = new CoreTopic("end");
/** What the module was given. */
export const given: CoreTopic<
  void,
  { index: number; count: number; data: unknown; listens: boolean }
> = new CoreTopic("given");
/** Asks the worker to say so to the main thread. */
export const say: CoreTopic<string, string> = new CoreTopic("say");
/** Said by workers to the main thread. */
export const said: CoreTopic<string, string> = new CoreTopic("said");
/** Where the worker listens. */
export const address: CoreTopic<void, { hostname: string; port: number }> =
  new CoreTopic("address");
