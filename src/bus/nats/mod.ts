/**
 * The bus on NATS and JetStream, for those who outgrow one machine. It stands
 * apart from `@troupe/troupe/bus` because it needs NATS's client, which nobody
 * else has to download.
 *
 * @module
 */
export {
  type Bridge,
  bridge,
  type BridgeDirection,
  type BridgeOptions,
  type BridgeStats,
} from "./bridge.ts";
export type { NatsAuth, NatsAuthenticator, NatsTls } from "./credentials.ts";
export { BusInterruptedError, NatsConnectError } from "./errors.ts";
export { natsBus } from "./nats_bus_factory.ts";
export type { NatsBusOptions } from "./options.ts";
