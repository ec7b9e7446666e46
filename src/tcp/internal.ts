/**
 * What sibling rooms use of `tcp`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export { bind, listenTcp } from "./acceptor.ts";
export { connectTcp } from "./dial.ts";
export { eitherSignal } from "./either_signal.ts";
