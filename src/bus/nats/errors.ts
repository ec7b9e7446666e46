/**
 * The errors that only a bus on NATS has.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** No server of NATS could be reached, or none lets this client in. */
export class NatsConnectError extends TroupeError {}

/**
 * The connection was lost before the server had confirmed what was sent over
 * it: the server has it or not.
 */
export class BusInterruptedError extends TroupeError {}
