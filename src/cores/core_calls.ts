/**
 * What the main thread and its workers ask each other on their own account.
 *
 * @module
 */
import { CoreTopic } from "./core_topic.ts";
import type { Address, PeerCertificate } from "../session/mod.ts";
import type { ListenerTotals } from "./shared_listeners.ts";
import type { WorkerName } from "./worker_name.ts";

/** Who takes new connections; see `CoresOptions.spread`. */
export type CoreSpread = "kernel" | "first_worker";

/** What a worker is started with. */
export interface CoreStart {
  /** The module whose default export is called. */
  readonly module: string;
  readonly index: number;
  readonly count: number;
  readonly incarnation: number;
  readonly spread: CoreSpread;
  readonly data: unknown;
  readonly shutdownMs: number;
  /** Where the workers agree on ports. */
  readonly ports: SharedArrayBuffer;
}

/** Loads the module and calls it; the reply says that it has returned. */
export const START: CoreTopic<CoreStart> = new CoreTopic("troupe.start");
/** Ends everything in order; the reply says that nothing is left. */
export const STOP: CoreTopic<void> = new CoreTopic("troupe.stop");
/** Asks for a sign of life. */
export const PING: CoreTopic<void> = new CoreTopic("troupe.ping");
/** Asks what the listeners of a worker have to do. */
export const TOTALS: CoreTopic<void, ListenerTotals> = new CoreTopic(
  "troupe.totals",
);

/** A socket for the worker that keeps its session. */
export interface RelayRequest {
  readonly to: WorkerName;
  /** Which of the worker's listeners the socket is for. */
  readonly listener: string;
  /** Where the client is. */
  readonly remote: Required<Address>;
  readonly peerCertificate: PeerCertificate | undefined;
  /** The end of the transport for the worker. */
  readonly port: MessagePort;
}

/** Whether a socket is relayed, or there is nobody any more to relay it to. */
export type RelayOutcome = "relayed" | "gone";

/** Asks the main thread to relay a socket. */
export const RELAY: CoreTopic<RelayRequest, RelayOutcome> = new CoreTopic(
  "troupe.relay",
);

/** Asks a worker to take a socket that another one has accepted. */
export const TAKE_RELAYED: CoreTopic<
  RelayRequest & { readonly from: WorkerName },
  RelayOutcome
> = new CoreTopic("troupe.take_relayed");

/** Tells a worker that another one is gone. */
export const WORKER_GONE: CoreTopic<WorkerName> = new CoreTopic(
  "troupe.worker_gone",
);

/** Gives the main thread a port, over which a session of a worker runs. */
export const DIAL: CoreTopic<{ readonly port: MessagePort }> = new CoreTopic(
  "troupe.dial",
);
