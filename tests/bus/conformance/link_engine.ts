/**
 * The bus in this process, served over TCP: each client has a pool of its own,
 * and a proxy before it that cuts. The time of the server is moved by hand, the
 * clients have that of the wall.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { ActorSystem } from "../../../src/actor/mod.ts";
import {
  Bus,
  connectBus,
  type MessageBus,
  serveBus,
} from "../../../src/bus/mod.ts";
import { ConnectionPool, listen } from "../../../src/tcp/mod.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import type { Engine, Rig } from "./engine.ts";
import { until } from "./waiting.ts";

/** How long a session may be without a socket, on the clock of the server. */
const RESUME_MS = 60_000;

/** The bus in this process, over logical connections. */
export const linkEngine: Engine = {
  name: "a bus over logical connections",
  features: new Set([
    "interest",
    "presence",
    "retained",
    "streams",
    "wait",
  ]),
  durability: "memory",
  isConnected: true,
  open,
};

interface Client {
  readonly proxy: FaultProxy;
  readonly stack: AsyncDisposableStack;
}

async function open(): Promise<Rig> {
  const clock = new ManualClock();
  await using stack = new AsyncDisposableStack();
  const system = stack.use(new ActorSystem({ clock }));
  const bus = new Bus(system, { drainMs: 0 });
  let interrupted = 0;
  const listener = stack.use(listen(system, {
    port: 0,
    maxStreams: 20_000,
    resumeMs: RESUME_MS,
    // It would be due whenever the clock is moved.
    keepAliveMs: Infinity,
    ...serveBus(bus).options,
    onState: ({ phase }) => {
      if (phase === "resuming") interrupted++;
    },
  }));
  const clients = new Map<MessageBus, Client>();
  const connect = async (): Promise<MessageBus> => {
    await using stack = new AsyncDisposableStack();
    const proxy = stack.use(new FaultProxy(listener.address));
    const own = stack.use(new ActorSystem());
    const pool = stack.use(
      new ConnectionPool(own, {
        backoff: { initialMs: 1, maxMs: 5 },
        // Who was killed has nobody to wait for.
        closeMs: 100,
      }),
    );
    const client = await connectBus(pool.peer(proxy.address), { drainMs: 500 });
    clients.set(client, { proxy, stack: stack.move() });
    return client;
  };
  const first = await connect();
  const owned = stack.move();
  return {
    bus: first,
    connect,
    async pass(milliseconds) {
      await delay(milliseconds);
      clock.advance(milliseconds);
      await delay(1);
    },
    async cut(client) {
      const before = interrupted;
      clients.get(client)?.proxy.cut();
      await until(() => interrupted > before, "the server sees the cut");
    },
    async kill(client) {
      const { proxy } = clients.get(client) ?? {};
      if (proxy === undefined) return;
      const before = interrupted;
      proxy.refuse = true;
      proxy.cut();
      await until(() => interrupted > before, "the server sees the end");
      clock.advance(RESUME_MS);
    },
    async [Symbol.asyncDispose]() {
      for (const [client, { proxy, stack }] of clients) {
        // What was killed has nobody to take leave of.
        if (!proxy.refuse) await client.close();
        await stack.disposeAsync();
        await client.close();
      }
      const closing = bus.close();
      clock.advance(0);
      await closing;
      await owned.disposeAsync();
    },
  };
}
