// What the tests of metrics over cores ask their workers.
import { CoreTopic } from "../../../src/cores/core_topic.ts";

/** Records some values in instruments; the reply comes after a snapshot. */
export const work: CoreTopic<{ orders: number; ms: readonly number[] }> =
  new CoreTopic("work");

/** Records an order, after the last snapshot. */
export const late: CoreTopic<void> = new CoreTopic("late");

/** Ends the worker at once. */
export const exit: CoreTopic<void> = new CoreTopic("exit");

/** Blocks the worker until the first number in the memory is another one. */
export const block: CoreTopic<SharedArrayBuffer> = new CoreTopic("block");

/** How often the worker was asked for views. */
export const timesAsked: CoreTopic<void, number> = new CoreTopic("timesAsked");
