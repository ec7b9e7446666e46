/**
 * The bus on NATS: a server of its own for each test, on loopback, with its
 * files in a temporary directory.
 *
 * @module
 */
import { natsBus } from "../../../src/bus/nats/mod.ts";
import type { MessageBus } from "../../../src/bus/mod.ts";
import { NatsServer, natsServerMissing } from "../support/nats_server.ts";
import { NatsProxy } from "../support/nats_proxy.ts";
import type { Engine, Rig } from "./engine.ts";

/** How long a client that is dead may be there still. */
const PRESENCE_MS = 1000;

const COMMON = {
  ...(natsServerMissing === undefined ? {} : { missing: natsServerMissing }),
  isConnected: true,
} as const;

/** The bus on NATS, of the version that Debian has. */
export const natsEngine: Engine = {
  ...COMMON,
  name: "NATS",
  features: new Set(["presence", "retained", "streams"]),
  durability: "written",
  open: () => open(true),
};

/** The bus on servers without JetStream. */
export const natsCoreEngine: Engine = {
  ...COMMON,
  name: "NATS without JetStream",
  features: new Set(),
  open: () => open(false),
};

async function open(hasJetStream: boolean): Promise<Rig> {
  const server = await NatsServer.start({ hasJetStream });
  const proxies = new Map<MessageBus, NatsProxy>();
  const connect = async (): Promise<MessageBus> => {
    const proxy = NatsProxy.start(server.port);
    const bus = await natsBus({
      servers: `127.0.0.1:${proxy.port}`,
      presenceMs: PRESENCE_MS,
      drainMs: 200,
    });
    proxies.set(bus, proxy);
    return bus;
  };
  const bus = await connect();
  return {
    bus,
    connect,
    pass: (milliseconds) =>
      new Promise((resolve) => setTimeout(resolve, milliseconds + 5)),
    async cut(client) {
      await proxies.get(client)?.cut();
    },
    kill(client) {
      proxies.get(client)?.close();
      return Promise.resolve();
    },
    async [Symbol.asyncDispose]() {
      for (const [client, proxy] of proxies) {
        await client.close();
        proxy.close();
      }
      await server.stop();
    },
  };
}
