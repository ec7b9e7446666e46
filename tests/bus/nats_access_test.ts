// Who may use a server of NATS, and which servers can be used.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BusForbiddenError,
  UnsupportedFeatureError,
} from "../../src/bus/mod.ts";
import { natsBus, NatsConnectError } from "../../src/bus/nats/mod.ts";
import { isSlow } from "../support/slow.ts";
import { next, take } from "./conformance/waiting.ts";
import { NatsServer, natsServerMissing } from "./support/nats_server.ts";

const ignore = natsServerMissing !== undefined;
const TLS = new URL("../support/tls/", import.meta.url).pathname;

Deno.test(
  "What a server of NATS does not allow is refused by name, and the rest goes on",
  { ignore },
  async () => {
    await using server = await NatsServer.start({
      config: `authorization { users: [{
        user: "ann", password: "secret",
        permissions: {
          publish: { deny: "closed.>" }, subscribe: { deny: "hidden.>" }
        }
      }] }`,
    });
    await using bus = await natsBus({
      servers: server.address,
      user: "ann",
      pass: "secret",
      drainMs: 100,
    });
    await using open = bus.subscribe("open");
    await open.ready;
    const outcomes = await Promise.allSettled([
      bus.publish("open", 1),
      bus.publish("closed.a", 2),
      bus.publish("open", 3),
    ]);
    assertEquals(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    await assertRejects(() => bus.publish("closed.b", 4), BusForbiddenError);
    assertEquals(await take(open, 2), [1, 3]);
    const hidden = bus.subscribe("hidden.a");
    await assertRejects(() => hidden.ready, BusForbiddenError);
    await assertRejects(() => hidden.closed, BusForbiddenError);
    await bus.publish("open", 5);
    assertEquals((await next(open)).value, 5);
  },
);

Deno.test(
  "A token, and TLS with the certificates of both sides, let a bus in to a server of NATS",
  { ignore },
  async () => {
    await using server = await NatsServer.start({
      config: `authorization { token: "secret" }
        tls {
          cert_file: "${TLS}server.pem", key_file: "${TLS}server.key",
          ca_file: "${TLS}ca.pem", verify: true
        }`,
    });
    const servers = `localhost:${server.port}`;
    const read = (name: string) => Deno.readTextFile(`${TLS}${name}`);
    await using bus = await natsBus({
      servers,
      token: "secret",
      tls: {
        caFile: `${TLS}ca.pem`,
        cert: await read("client.pem"),
        key: await read("client.key"),
      },
      drainMs: 100,
    });
    await using subscription = bus.subscribe("safe");
    await subscription.ready;
    await bus.publish("safe", 1);
    assertEquals(await take(subscription, 1), [1]);
    await assertRejects(
      () =>
        natsBus({
          servers,
          token: "secret",
          tls: { caFile: `${TLS}other_ca.pem` },
          connectMs: 10_000,
        }),
      NatsConnectError,
    );
  },
);

Deno.test("A server of NATS that is not there is an error that names it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(
    () => natsBus({ servers: `127.0.0.1:${port}` }),
    NatsConnectError,
  );
  assert(error.message.includes(String(port)), error.message);
});

Deno.test(
  "A login that a server of NATS refuses is an error of natsBus(), and of nobody else",
  { ignore },
  async () => {
    await using server = await NatsServer.start({
      config: `authorization { token: "secret" }`,
    });
    // The server resets some of the sockets, after NATS's client has left them.
    for (let login = 0; login < (isSlow ? 400 : 60); login++) {
      const error = await assertRejects(
        () => natsBus({ servers: server.address, token: "wrong" }),
        NatsConnectError,
      );
      assert(error.message.includes("Authorization"), error.message);
    }
  },
);

Deno.test(
  "syncAlways is refused where a server of NATS has no such setting",
  { ignore },
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    const version = server.version;
    if (!/^2\.[0-9]\./.test(version)) return;
    const error = await assertRejects(
      () => natsBus({ servers: server.address, syncAlways: true }),
      UnsupportedFeatureError,
    );
    assert(error.message.includes(version), error.message);
  },
);

Deno.test(
  "A stream on NATS that is to be synced is refused, with how to have it, unless whoever runs the servers says so",
  { ignore },
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using bus = await natsBus({ servers: server.address });
    for (const options of [{}, { durability: "synced" as const }]) {
      const error = await assertRejects(
        () => bus.stream("orders", { subjects: ["orders.>"], ...options }),
        UnsupportedFeatureError,
      );
      assert(error.message.includes("syncAlways"), error.message);
    }
    assertEquals(await bus.streams(), []);
  },
);

Deno.test("A server of NATS that is too old is refused by its version", async () => {
  await using server = oldServer("2.8.4");
  const error = await assertRejects(
    () => natsBus({ servers: `127.0.0.1:${server.port}` }),
    UnsupportedFeatureError,
  );
  assert(error.message.includes("2.8.4"), error.message);
});

/** What an old server says to a client at first. */
function oldServer(version: string): AsyncDisposable & { port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const client of listener) {
      const info = {
        server_id: "old",
        version,
        headers: true,
        max_payload: 1000,
      };
      const encoder = new TextEncoder();
      const say = (text: string) => client.write(encoder.encode(text));
      await say(`INFO ${JSON.stringify(info)}\r\n`);
      const buffer = new Uint8Array(4096);
      let heard = "";
      for (let count; (count = await client.read(buffer)) !== null;) {
        heard += new TextDecoder().decode(buffer.subarray(0, count));
        if (!heard.includes("PING\r\n")) continue;
        heard = "";
        await say("PONG\r\n");
      }
      client.close();
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
