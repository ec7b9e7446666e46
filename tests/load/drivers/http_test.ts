import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Driver } from "../../../src/load/driver.ts";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { httpDriver } from "../../../src/load/drivers/http.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { resultToText } from "../../../src/load/report/text_report.ts";
import { TestDriver } from "../../support/load_drivers.ts";
import { Happenings } from "../../support/happenings.ts";
import { bounded } from "../../support/net.ts";
import { call, issuesOf, openUser, timeless } from "./calls.ts";

/** A server that ends with the test, and the ports it was reached from. */
class Server implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly ports: number[] = [];

  constructor(handler: (request: Request) => Response | Promise<Response>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request, { remoteAddr }) => {
        this.ports.push(remoteAddr.port);
        return handler(request);
      },
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test(
  "a JSON response has its status and size",
  bounded,
  async () => {
    await using server = new Server(() => Response.json({ id: 7 }));
    await using user = await openUser(httpDriver());
    assertEquals(timeless(await user.perform(call({ url: server.url }))), {
      status: 200,
      sentBytes: 0,
      receivedBytes: 8,
      type: "application/json",
      body: { id: 7 },
    });
  },
);

Deno.test(
  "a body without a type is read by its content",
  bounded,
  async () => {
    const bodies = [`ok`, `{"id":7}`, `{no JSON`, `7`];
    const bytes = bodies.map((body) => new TextEncoder().encode(body));
    bytes.push(new Uint8Array([0xff, 0xfe]));
    const left = [...bytes];
    // A body of bytes has no type.
    await using server = new Server(() => new Response(left.shift()));
    await using user = await openUser(httpDriver());
    const found: unknown[] = [];
    for (const _ of bytes) {
      found.push((await user.perform(call({ url: server.url }))).body);
    }
    assertEquals(found, ["ok", { id: 7 }, "{no JSON", "7", undefined]);
  },
);

Deno.test(
  "a number of a record is text in a header",
  bounded,
  async () => {
    await using server = new Server(({ headers }) =>
      Response.json(headers.get("x-account"))
    );
    await using user = await openUser(httpDriver());
    const request = { url: server.url, headers: { "x-account": 41 } };
    assertEquals((await user.perform(call(request))).body, "41");
  },
);

Deno.test(
  "the method, the headers and a JSON body are sent",
  bounded,
  async () => {
    await using server = new Server(async (request) =>
      Response.json({
        method: request.method,
        type: request.headers.get("content-type"),
        own: request.headers.get("x-own"),
        body: await request.json(),
      })
    );
    await using user = await openUser(httpDriver());
    const { body, sentBytes } = await user.perform(call({
      url: server.url,
      method: "PUT",
      headers: { "x-own": "yes" },
      json: { text: "grüezi" },
    }));
    assertEquals(body, {
      method: "PUT",
      type: "application/json",
      own: "yes",
      body: { text: "grüezi" },
    });
    assertEquals(sentBytes, 18);
  },
);

Deno.test(
  "a text body is posted, and text comes back",
  bounded,
  async () => {
    await using server = new Server(async (request) =>
      new Response(`${request.method} ${await request.text()}`)
    );
    await using user = await openUser(httpDriver());
    const { body } = await user.perform(call({ url: server.url, body: "hi" }));
    assertEquals(body, "POST hi");
  },
);

Deno.test(
  "a response that is not text is counted and left out",
  bounded,
  async () => {
    await using server = new Server(() => new Response(new Uint8Array(1000)));
    await using user = await openUser(httpDriver());
    assertEquals(timeless(await user.perform(call({ url: server.url }))), {
      status: 200,
      sentBytes: 0,
      receivedBytes: 1000,
    });
  },
);

Deno.test(
  "a status of 400 and more is a failure, unless it is listed",
  bounded,
  async () => {
    await using server = new Server(() => new Response("no", { status: 404 }));
    await using user = await openUser(httpDriver());
    const { url } = server;
    await assertRejects(
      () => user.perform(call({ url })),
      DriverError,
      "Cannot accept the response: its status is 404",
    );
    const { status } = await user.perform(call({ url, statuses: [404] }));
    assertEquals(status, 404);
    await assertRejects(
      () => user.perform(call({ url, statuses: [200] })),
      DriverError,
    );
  },
);

Deno.test(
  "a redirect is followed, or returned as the response",
  bounded,
  async () => {
    await using server = new Server(({ url }) =>
      url.endsWith("/there")
        ? new Response("there")
        : Response.redirect(`${url}there`, 302)
    );
    await using user = await openUser(httpDriver());
    const { url } = server;
    assertEquals((await user.perform(call({ url }))).body, "there");
    const { status } = await user.perform(call({ url, redirect: "manual" }));
    assertEquals(status, 302);
  },
);

for (
  const [what, body] of [
    ["a length", () => new Uint8Array(2000)],
    ["no length", () => new Blob([new Uint8Array(2000)]).stream()],
  ] as const
) {
  Deno.test(
    `a response with ${what} that is over maxBodyBytes is a failure`,
    bounded,
    async () => {
      await using server = new Server(() => new Response(body()));
      await using user = await openUser(httpDriver());
      await assertRejects(
        () => user.perform(call({ url: server.url, maxBodyBytes: 1999 })),
        DriverError,
        "it has more than 1999 bytes",
      );
      const outcome = await user.perform(
        call({ url: server.url, maxBodyBytes: 2000 }),
      );
      assertEquals(outcome.receivedBytes, 2000);
    },
  );
}

Deno.test(
  "the operations of a user share one connection",
  bounded,
  async () => {
    await using server = new Server(() => new Response("hi"));
    await using user = await openUser(httpDriver());
    for (let i = 0; i < 3; i++) await user.perform(call({ url: server.url }));
    assertEquals(new Set(server.ports).size, 1);
  },
);

for (const connections of ["shared", "per_user"] as const) {
  Deno.test(
    `users one after the other use ${connections} connections`,
    bounded,
    async () => {
      await using server = new Server(() => new Response("hi"));
      const driver = httpDriver({ connections });
      await using ada = await openUser(driver);
      await using bob = await openUser(driver);
      await ada.perform(call({ url: server.url }));
      await bob.perform(call({ url: server.url }));
      assertEquals(
        new Set(server.ports).size,
        connections === "shared" ? 1 : 2,
      );
    },
  );
}

Deno.test(
  "an operation ends when its signal aborts, before the response",
  bounded,
  async () => {
    const asked = new Happenings<void>();
    const response = Promise.withResolvers<Response>();
    await using server = new Server(() => {
      asked.push();
      return response.promise;
    });
    await using user = await openUser(httpDriver());
    const given = new AbortController();
    const performed = user.perform(call({ url: server.url }, given.signal));
    await asked.next();
    const reason = new Error("timed out");
    given.abort(reason);
    assertStrictEquals(await assertRejects(() => performed), reason);
    response.resolve(new Response("late"));
  },
);

Deno.test(
  "an operation ends when its signal aborts, during the response",
  bounded,
  async () => {
    const pulled = new Happenings<void>();
    await using server = new Server(() =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new Uint8Array(10));
            pulled.push();
            return new Promise(() => {});
          },
        }),
      )
    );
    await using user = await openUser(httpDriver());
    const given = new AbortController();
    const performed = user.perform(call({ url: server.url }, given.signal));
    await pulled.next();
    const reason = new Error("timed out");
    given.abort(reason);
    assertStrictEquals(await assertRejects(() => performed), reason);
  },
);

Deno.test("a wrong request is refused, with what was probably meant", () => {
  const driver = httpDriver();
  assertEquals(issuesOf(driver, {}), ["url is missing, it must be a string"]);
  assertEquals(issuesOf(driver, { url: "localhost" }), [
    'url is "localhost", it must be a URL',
  ]);
  assertEquals(
    issuesOf(driver, { url: "ws://a/", metod: "GET", body: "", json: 1 }),
    [
      "url starts with ws:, it must start with http: or https:",
      "json is given beside body, remove one of them",
      'metod is not a known field, did you mean "method"?',
    ],
  );
  assertEquals(
    issuesOf(driver, { url: "${target.url}", statuses: ["${a.b}"] }),
    [],
  );
});

Deno.test(
  "a request that is wrong once it is filled in fails the operation",
  bounded,
  async () => {
    await using user = await openUser(httpDriver());
    await assertRejects(
      () => user.perform(call({ url: "nowhere" })),
      DriverError,
      'Cannot perform test: request.url is "nowhere", it must be a URL',
    );
  },
);

const TLS = new URL("../../support/tls/", import.meta.url);
const tls = (name: string) => Deno.readTextFileSync(new URL(name, TLS));

/** The connections of five requests that are all under way at once. */
async function connectionsOf(
  driver: Driver,
  request: object,
  scheme: "http" | "https",
): Promise<number> {
  const ports = new Set<number>();
  const all = Promise.withResolvers<void>();
  let underWay = 0;
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    ...scheme === "https"
      ? { cert: tls("server.pem"), key: tls("server.key") }
      : {},
  }, async (_request, { remoteAddr }) => {
    ports.add(remoteAddr.port);
    if (++underWay === 5) all.resolve();
    await all.promise;
    return new Response("hi");
  });
  const url = `${scheme}://localhost:${server.addr.port}/`;
  const users = await Promise.all(
    Array.from({ length: 5 }, () => openUser(driver)),
  );
  await Promise.all(
    users.map((user) => user.perform(call({ url, ...request }))),
  );
  await Promise.all(users.map((user) => user[Symbol.asyncDispose]()));
  return ports.size;
}

for (const scheme of ["http", "https"] as const) {
  Deno.test(
    `requests over ${scheme} have a connection each, unless HTTP/2 is chosen`,
    bounded,
    async () => {
      const client = { caCerts: [tls("ca.pem")] };
      const first = httpDriver({ client });
      assertEquals(await connectionsOf(first, {}, scheme), 5);
      assertEquals(await connectionsOf(first, { version: "2" }, scheme), 1);
      const own = { version: 2, connections: "per_user" };
      assertEquals(await connectionsOf(first, own, scheme), 5);
      const second = httpDriver({ client, version: "2" });
      assertEquals(await connectionsOf(second, {}, scheme), 1);
      assertEquals(await connectionsOf(second, { version: 1.1 }, scheme), 5);
    },
  );
}

Deno.test("the result of a run names the protocol of its HTTP operations", async () => {
  const drivers = { http: httpDriver(), test: new TestDriver() };
  const request = { url: "http://127.0.0.1:1/" };
  const signal = AbortSignal.abort();
  const result = await new LoadTestManager({ drivers }).run({
    name: "Protocols",
    load: { model: "closed", users: 1 },
    phases: { steadyMs: 1000 },
    operations: [
      { name: "read", driver: "http", request },
      { name: "write", driver: "http", request: { ...request, body: "" } },
      { name: "poll", driver: "http", request: { ...request, version: "2" } },
      { name: "other", driver: "test", request: {} },
    ],
  }, { signal });
  assertEquals(result.protocols, [
    "read, write: HTTP/1.1, over as many connections as there are concurrent requests",
    "poll: HTTP/2, over one connection that all users share",
  ]);
  assertStringIncludes(resultToText(result), "Protocol: poll: HTTP/2");
});

Deno.test("options of the driver that are wrong are refused", () => {
  const misspelt: object = { conections: "shared" };
  assertThrows(
    () => httpDriver(misspelt),
    TypeError,
    'did you mean "connections"?',
  );
  const wrong: object = { version: "3" };
  assertThrows(() => httpDriver(wrong), TypeError, "version");
});
