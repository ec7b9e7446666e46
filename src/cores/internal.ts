/**
 * What sibling rooms use of `cores`, besides its types. None of it is part of
 * the API, and none of it loads a listener.
 *
 * @module
 */
export { CoreTopic } from "./core_topic.ts";
