/**
 * How a side opens logical connections to one peer, whatever carries its
 * sessions.
 *
 * @module
 */
import type { LeaseHolder } from "../actor/mod.ts";
import {
  checkBytes,
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkSignal,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";
import type { LogicalConnection, PriorityClass } from "./logical_connection.ts";
import { Priority } from "./wire/protocol.ts";

/** Options of a `connect` that opens a logical connection. */
export interface ConnectOptions {
  /**
   * The name that both sides know the connection by; 1 to 255 bytes of UTF-8.
   * @default {a random UUID}
   */
  readonly id?: string;
  /** Bytes for the other side, sent with the open; 4 KiB at most. */
  readonly metadata?: Uint8Array;
  /**
   * Whether the connection sends before others of the same socket or after
   * them, in both directions, while several have to wait.
   * @default {"normal"}
   */
  readonly priority?: PriorityClass;
  /** Gives up the attempt, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Holder of the connection, such as an actor's context: the connection is
   * closed when the holder's signal aborts.
   */
  readonly holder?: LeaseHolder;
}

/**
 * Opens logical connections to one peer: `pool.peer(address)` of `./tcp` is
 * one. What needs connections of its own, such as a stub of another process's
 * actor, takes it in place of a pool and an address.
 */
export interface Connector {
  /**
   * Opens a logical connection. Rejects with `ConnectError`,
   * `HandshakeTimeoutError` or `SessionLostError` when there is none to be had.
   */
  connect(options?: ConnectOptions): Promise<LogicalConnection>;
}

const CONNECT_OPTIONS: OptionNames<ConnectOptions> = {
  id: true,
  metadata: true,
  priority: true,
  signal: true,
  holder: true,
};

/** The numbers of the priorities on the wire. */
export const PRIORITIES: Record<PriorityClass, Priority> = {
  high: Priority.HIGH,
  normal: Priority.NORMAL,
  low: Priority.LOW,
};

/**
 * Checks the options of a `connect`.
 *
 * @throws {TypeError} for an option of the wrong type, or an unknown priority.
 */
export function checkConnectOptions(options: ConnectOptions): void {
  checkOptionNames("connect()", options, CONNECT_OPTIONS);
  const { id, metadata, priority = "normal" } = options;
  if (id !== undefined) checkString("id", id);
  if (metadata !== undefined) checkBytes("metadata", metadata);
  checkOneOf("priority", priority, Object.keys(PRIORITIES));
  checkConnectSignals(options);
}

/** Who may give an attempt to connect up, and who holds the connection then. */
export type ConnectSignals = Pick<ConnectOptions, "signal" | "holder">;

/**
 * Checks who may give an attempt up.
 *
 * @throws {TypeError} for what is no signal, or a holder without one.
 */
export function checkConnectSignals({ signal, holder }: ConnectSignals): void {
  if (signal !== undefined) checkSignal("signal", signal);
  if (holder === undefined) return;
  checkObject("holder", holder, "an object with a signal");
  checkSignal("holder.signal", holder.signal);
}
