/**
 * How a bus on NATS is made.
 *
 * @module
 */
import { Deadlines } from "../../actor/internal.ts";
import { realClock } from "../../actor/mod.ts";
import type { MessageBus } from "../message_bus.ts";
import { Asks } from "./asks.ts";
import { connectTo, Reconnecting } from "./connection.ts";
import { JetStreamAccess } from "./js_access.ts";
import { busOn } from "./nats_bus.ts";
import { NatsCore } from "./nats_core.ts";
import { type NatsBusOptions, resolveNatsOptions } from "./options.ts";
import { Uplink } from "./uplink.ts";
import { checkVersion } from "./server_version.ts";

/**
 * Connects to servers of NATS, and returns a bus on them. What needs JetStream
 * (streams, retained values, presence) is among its `features` if the servers
 * have it for this client.
 *
 * @example
 * ```ts ignore
 * import { natsBus } from "@troupe/troupe/bus/nats";
 *
 * await using bus = await natsBus({ servers: "nats://127.0.0.1:4222" });
 * await bus.publish("orders.eu.created", { order: 7 });
 * ```
 *
 * @throws {TypeError} as a rejection, if an option has the wrong type, or is
 * not known.
 * @throws {RangeError} as a rejection, if a number is out of its range.
 * @throws {NatsConnectError} as a rejection, if no server can be reached, or
 * none lets this client in.
 * @throws {UnsupportedFeatureError} as a rejection, if the servers are too old
 * for what the options ask for.
 */
export async function natsBus(options: NatsBusOptions): Promise<MessageBus> {
  const resolved = resolveNatsOptions(options);
  const reconnecting = new Reconnecting(resolved.maxReconnectDelayMs);
  const connection = await connectTo(resolved, reconnecting);
  try {
    checkVersion(connection.info?.version ?? "0", resolved);
    const uplink = new Uplink(connection, resolved.maxOutboxBytes);
    const deadlines = new Deadlines(realClock);
    const asks = new Asks(connection, uplink, deadlines, resolved);
    const jetStream = await JetStreamAccess.open(
      connection,
      uplink,
      asks,
      resolved,
    );
    return busOn(
      new NatsCore({
        connection,
        reconnecting,
        uplink,
        deadlines,
        jetStream,
        options: resolved,
      }),
    );
  } catch (error) {
    await connection.close();
    throw error;
  }
}
