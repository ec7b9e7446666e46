/**
 * Connects to the bus of another process.
 *
 * @module
 */
import type { Connector } from "../../../session/mod.ts";
import { BusCalls } from "../../bus_calls.ts";
import type { MessageBus } from "../../message_bus.ts";
import { Link } from "./link.ts";
import { LinkEngine } from "./link_bus.ts";
import { type ConnectBusOptions, resolveLinkOptions } from "./link_options.ts";

/**
 * Connects to a bus that another process serves with {@linkcode serveBus}, and
 * resolves when it is there.
 *
 * All subscriptions of this bus with the same pattern, queue group and bounds
 * share one logical connection, which brings each message once. A subscription
 * that is full and has the policy `wait` stops that connection, and so those who
 * publish.
 *
 * The promise of a publish resolves when the bus has taken the message. Who does
 * not wait for it costs no reply of the bus: what is published in one turn
 * leaves in one message, and `flush` resolves when all of it was taken.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { Bus, connectBus, serveBus } from "@troupe/troupe/bus";
 * import { ConnectionPool, listen } from "@troupe/troupe/tcp";
 *
 * await using system = new ActorSystem();
 * await using bus = new Bus(system);
 * await using listener = listen(system, { port: 0, ...serveBus(bus).options });
 *
 * await using pool = new ConnectionPool(system);
 * await using there = await connectBus(pool.peer(listener.address));
 * await using orders = there.subscribe("orders.>");
 * await orders.ready;
 * bus.publish("orders.eu.created", { order: 7 });
 * const message = await orders.receive();
 * console.assert(message?.subject === "orders.eu.created");
 * ```
 *
 * @param connector What opens connections to the other process:
 * `pool.peer(address)`, or what `connectWeb` returns.
 * @param options May be left out; each option has its default.
 * @throws {TypeError} as a rejection, for an option of the wrong type.
 * @throws {RangeError} as a rejection, for a number that is out of its range.
 * @throws {ConnectionRefusedError} as a rejection, if the other side serves no
 * bus, or one of another version; what the connector rejects with otherwise.
 */
export async function connectBus(
  connector: Connector,
  options: ConnectBusOptions = {},
): Promise<MessageBus> {
  const settings = resolveLinkOptions(connector, options);
  const { signal, holder } = settings;
  signal?.throwIfAborted();
  holder?.signal.throwIfAborted();
  const link = new Link(connector, settings);
  await link.start();
  const bus = new BusCalls(new LinkEngine(link, settings));
  const close = (): void => void bus.close();
  holder?.signal.addEventListener("abort", close, { once: true });
  bus.closed.catch(() => {}).then(() =>
    holder?.signal.removeEventListener("abort", close)
  );
  if (holder?.signal.aborted) close();
  return bus;
}
