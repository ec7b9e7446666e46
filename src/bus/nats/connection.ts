/**
 * How a bus connects to NATS, and what the servers can do.
 *
 * @module
 */
import {
  connect,
  type NatsConnection,
  type NodeConnectionOptions,
} from "@nats-io/transport-node";
import { reasonOf } from "../../checks/internal.ts";
import { NatsConnectError } from "./errors.ts";
import { listenToSockets } from "./listened_sockets.ts";
import type { ResolvedNatsOptions } from "./options.ts";

/** The first delay of those between two attempts to connect again. */
const FIRST_DELAY_MS = 50;

/** When a connection that was lost is tried again: later each time. */
export class Reconnecting {
  readonly #maxDelayMs: number;
  #nextMs = 0;
  #delayMs = 0;
  /** Called when the client is about to forget what it has not sent. */
  onLost: (() => void) | undefined;

  constructor(maxDelayMs: number) {
    this.#maxDelayMs = maxDelayMs;
  }

  /** Milliseconds that must lie between the last attempt and the next. */
  readonly delayMs = (): number => {
    // Others in this process may use the client too.
    listenToSockets();
    this.onLost?.();
    return this.#delayMs;
  };

  /** Notes that an attempt to reach a server begins. */
  attempted(): void {
    this.#nextMs = Math.min(
      this.#maxDelayMs,
      Math.max(FIRST_DELAY_MS, this.#nextMs * 2),
    );
    this.#delayMs = this.#nextMs * (0.5 + Math.random() / 2);
  }

  /** An attempt was successful. */
  connected(): void {
    this.#nextMs = 0;
    this.#delayMs = 0;
  }
}

/**
 * Connects to one of the servers.
 *
 * @throws {NatsConnectError} as a rejection, if none can be reached, or none
 * lets this client in.
 */
export async function connectTo(
  options: ResolvedNatsOptions,
  reconnecting: Reconnecting,
): Promise<NatsConnection> {
  const { name, user, pass, token, authenticator, tls } = options;
  const settings: NodeConnectionOptions = {
    servers: options.servers,
    inboxPrefix: options.inboxPrefix,
    timeout: options.connectMs,
    pingInterval: options.pingMs,
    maxReconnectAttempts: -1,
    noAsyncTraces: true,
    reconnectDelayHandler: reconnecting.delayMs,
    ...(name === undefined ? {} : { name }),
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(token === undefined ? {} : { token }),
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(tls === undefined ? {} : { tls }),
  };
  try {
    const connecting = connect(settings);
    // Before it has opened a socket.
    listenToSockets();
    return await connecting;
  } catch (cause) {
    throw new NatsConnectError(
      `Cannot connect to ${options.servers.join(", ")}: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

/** Whether a server has at least a version, such as `2.10`. */
export function hasVersion(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
