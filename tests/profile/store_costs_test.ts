import { assert, assertEquals, assertExists, assertRejects } from "@std/assert";
import { DatabaseProfiler } from "../../src/profile/database_profiler.ts";
import { NetworkProfiler } from "../../src/profile/network_profiler.ts";
import { DatabaseProfileError } from "../../src/profile/profile_errors.ts";
import {
  collection,
  computed,
  integer,
  serveChanges,
  type Store,
  storedFunction,
  type StoredFunctions,
  text,
} from "../../src/store/mod.ts";
import { ActorSystem } from "../../src/actor/mod.ts";
import { listen } from "../../src/tcp/mod.ts";
import { connectWeb, serveSessions } from "../../src/websocket/mod.ts";
import { openStore } from "../store/support/open_store.ts";

const notes = collection("notes", {
  fields: {
    body: text(),
    level: integer(),
    cheap: computed(["level"], ({ level }) => `${level}`),
    dear: computed(["body"], ({ body }) => {
      let sum = 0;
      for (let i = 0; i < 3000; i++) sum += Math.sqrt(i);
      return `${body}${sum}`;
    }),
  },
  rules: { list: true, view: true, create: true },
});
const hidden = collection("hidden", { fields: { body: text() } });

const input = {
  "~standard": {
    version: 1,
    vendor: "troupe",
    validate: (value: unknown) => ({ value }),
  },
} as const;
const functions = {
  wait: storedFunction({
    input,
    run: async ({ collection }, ms) => {
      await new Promise((resolve) => setTimeout(resolve, Number(ms)));
      await collection(notes).create({ body: "waited" });
    },
  }),
};

/** Serves a store over HTTP on loopback. */
function serve<F extends StoredFunctions>(
  data: Store<F>,
): { url: string } & AsyncDisposable {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    data.handler,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

Deno.test("the way of a change to its subscribers is measured, in the program and over event streams", async () => {
  await using opened = await openStore({ collections: [notes] });
  const { data } = opened;
  await using served = serve(data);
  for (const url of [undefined, served.url]) {
    const report = await new DatabaseProfiler().deliveries(
      data,
      notes,
      (level) => ({ body: "new", level }),
      { subscribers: 3, changes: 4, ...(url === undefined ? {} : { url }) },
    );
    const { over, write, delivery, last } = report;
    assertEquals(over, url === undefined ? "program" : "event_stream");
    assertEquals([write.count, delivery.count, last.count], [4, 12, 4]);
    assert((last.max ?? 0) >= (delivery.p50 ?? Infinity));
    assertEquals(await data.collection(notes).count(), 0);
  }
});

Deno.test("a change that subscribers may not see is an error, and nothing is left of it", async () => {
  await using opened = await openStore({ collections: [hidden] });
  const { data } = opened;
  await using served = serve(data);
  await assertRejects(
    () =>
      new DatabaseProfiler().deliveries(data, hidden, () => ({ body: "x" }), {
        subscribers: 1,
        changes: 1,
        timeoutMs: 200,
        url: served.url,
      }),
    DatabaseProfileError,
  );
  assertEquals(await data.collection(hidden).count(), 0);
});

Deno.test("what computed fields cost is measured, the dearest first", async () => {
  await using opened = await openStore({ collections: [notes] });
  const { data } = opened;
  for (let level = 0; level < 20; level++) {
    await data.collection(notes).create({ body: `${level}`, level });
  }
  const { records, list, fields } = await new DatabaseProfiler({ rounds: 8 })
    .computed(data, notes, { records: 10 });
  assertEquals([records, list.samples], [10, 8]);
  const [first, second] = fields;
  assertEquals([first?.field, second?.field], ["dear", "cheap"]);
  assertEquals(first?.dependencies, ["body"]);
  assert((first?.share ?? 0) > (second?.share ?? 1));
  assert((first?.share ?? 1) < 1);
});

Deno.test("what a stored function costs is measured, and where the writer waits for it", async () => {
  await using opened = await openStore({ collections: [notes], functions });
  const { data } = opened;
  const report = await new DatabaseProfiler()
    .calls(data, "wait", () => 10, { calls: 5 });
  assertEquals([report.calls, report.latency.count], [5, 5]);
  assertEquals(await data.collection(notes).count(), 5);
  // The function waits at least that long, whatever the machine does.
  assert(report.waitedMs >= 8, JSON.stringify(report));
  assert(report.heldMs >= report.waitedMs);
  assert(report.workMs > 0 && report.commitMs > 0);
  assert((report.maxCallsPerSecond ?? 0) <= 1000 / 8);
});

Deno.test("what a store costs is not measured with options that cannot be", async () => {
  await using opened = await openStore({ collections: [notes], functions });
  const { data } = opened;
  const profiler = new DatabaseProfiler();
  await assertRejects(
    () => profiler.deliveries(data, notes, () => ({}), { subscribers: 0 }),
    RangeError,
    "subscribers",
  );
  await assertRejects(
    () => profiler.computed(data, notes, { records: 2000 }),
    RangeError,
    "records",
  );
  await assertRejects(
    () => profiler.calls(data, "wait", () => 1, { calls: 0.5 }),
    RangeError,
    "calls",
  );
});

Deno.test("a running store is measured over HTTP, event streams, logical connections and WebSockets", async () => {
  await using opened = await openStore({ collections: [notes] });
  const { data } = opened;
  const { id } = await data.collection(notes).create({ body: "one" });
  await using served = serve(data);
  const profiler = new NetworkProfiler({ samples: 5, handshakes: 2 });
  const records = `${served.url}/api/collections/notes/records`;

  const http = await profiler.http(`${records}/${id}`, {
    downloadUrl: `${records}?perPage=500`,
  });
  assertEquals(http.latency.count, 5);
  assert((http.bandwidth.downloadBytesPerSecond ?? 0) > 0);

  const sse = await profiler.sse(`${served.url}/api/realtime`, {
    streamMs: 50,
  });
  assertEquals([sse.handshake.open.count, sse.latency.count], [2, 5]);

  const message = new TextEncoder().encode('{"topics":["notes/*"]}');
  await using system = new ActorSystem();
  await using listener = listen(system, {
    port: 0,
    serve: serveChanges(data),
  });
  const address = { hostname: "127.0.0.1", port: listener.address.port };
  const logical = await profiler.logical(address, { message });
  assertEquals([logical.protocol, logical.latency.count], ["troupe", 5]);
  assertEquals(logical.bandwidth.uploadBytesPerSecond, null);

  await using sessions = serveSessions(system, {
    serve: serveChanges(data),
    withoutOrigin: "accept",
  });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    sessions.fetch,
  );
  const { port } = server.addr;
  const web = await profiler.logical({ hostname: "127.0.0.1", port }, {
    message,
    connect: async (signal) => {
      const client = connectWeb(`ws://127.0.0.1:${port}`);
      const connection = await client.connect({ signal });
      return {
        connection,
        [Symbol.asyncDispose]: () => client.close(),
      };
    },
  });
  assertEquals([web.handshake.open.count, web.latency.count], [2, 5]);
  assertExists(web.handshake.connect.p50);
});
