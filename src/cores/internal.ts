/**
 * What sibling rooms use of `cores`, besides its types. None of it is part of
 * the API, and none of it loads a listener.
 *
 * @module
 */
export { Channel, type ChannelAskOptions } from "./channel.ts";
export { CoreTopic } from "./core_topic.ts";
export { CoreRequestError } from "./errors.ts";
export { requestLock } from "./locks.ts";
export { onThreadStart } from "./thread_start.ts";
export { WorkerThread } from "./worker_thread.ts";
