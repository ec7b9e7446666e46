import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { httpDriver } from "../../../src/load/drivers/http.ts";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { Happenings } from "../../support/happenings.ts";
import { bounded } from "../../support/net.ts";
import { call, openUser, timeless } from "./calls.ts";

/** A client setting that has the driver leave all to `fetch`. */
const BY_FETCH = { client: { poolMaxIdlePerHost: 100 } };

/** What a service does with the head of each request of a connection. */
type Serve = (
  conn: Deno.TcpConn,
  head: readonly string[],
  connection: number,
) => Promise<void>;

/** A service that writes what it likes. */
class RawService implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serve: Serve;
  readonly #conns = new Set<Deno.TcpConn>();
  readonly #ended: Promise<void>;
  connections = 0;

  constructor(serve: Serve) {
    this.#serve = serve;
    this.#ended = this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}/`;
  }

  async #accept(): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const conn of this.#listener) {
      serving.push(this.#read(conn, ++this.connections));
    }
    await Promise.all(serving);
  }

  async #read(conn: Deno.TcpConn, connection: number): Promise<void> {
    this.#conns.add(conn);
    let head: string[] = [];
    const lines = conn.readable.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    try {
      for await (const line of lines) {
        if (line !== "") head.push(line);
        else {
          await this.#serve(conn, head, connection);
          head = [];
        }
      }
    } catch {
      // The connection is closed.
    }
    this.#conns.delete(conn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) conn.close();
    await this.#ended;
  }
}

async function write(conn: Deno.Conn, ...parts: (string | Uint8Array)[]) {
  for (const part of parts) {
    const bytes = typeof part === "string"
      ? new TextEncoder().encode(part)
      : part;
    for (let at = 0; at < bytes.length;) {
      at += await conn.write(bytes.subarray(at));
    }
  }
}

const HELLO = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

Deno.test(
  "an HTTP connection that the service has closed while it was idle is replaced",
  bounded,
  async () => {
    const closed = new Happenings<void>();
    await using service = new RawService(async (conn, _head, connection) => {
      await write(conn, HELLO);
      if (connection > 1) return;
      conn.close();
      closed.push();
    });
    await using user = await openUser(httpDriver());
    const request = call({ url: service.url });
    assertEquals((await user.perform(request)).body, "hello");
    await closed.next();
    assertEquals((await user.perform(request)).body, "hello");
    assertEquals(service.connections, 2);
  },
);

Deno.test(
  "a request that may be sent twice is, if the service closes an idle connection just then",
  bounded,
  async () => {
    const seen: string[] = [];
    await using service = new RawService(async (conn, [line = ""], number) => {
      seen.push(`${number} ${line.split(" ")[0]}`);
      if (seen.filter((one) => one.startsWith(`${number} `)).length === 1) {
        await write(conn, HELLO);
      } else conn.close();
    });
    await using user = await openUser(httpDriver());
    const { url } = service;
    await user.perform(call({ url }));
    assertEquals((await user.perform(call({ url }))).body, "hello");
    await assertRejects(
      () => user.perform(call({ url, method: "POST" })),
      DriverError,
      "Cannot get a response: ",
    );
    assertEquals(seen, ["1 GET", "1 GET", "2 GET", "2 POST"]);
  },
);

const text = "grüezi ".repeat(3000);
const bytes = new TextEncoder().encode(text);

const RESPONSES: Record<string, (string | Uint8Array)[]> = {
  "in one piece": [HELLO],
  "byte by byte": [...HELLO],
  "in chunks": [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    "5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nx-trailer: 1\r\n\r\n",
  ],
  "after an interim response": [
    "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
    HELLO,
  ],
  "without a body": ["HTTP/1.1 204 No Content\r\n\r\n"],
  "that is large": [
    `HTTP/1.1 200 OK\r\nContent-Type: TEXT/plain; charset=utf-8\r\ncontent-length: ${bytes.length}\r\n\r\n`,
    bytes,
  ],
  "in gzip": [
    `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: ${
      gzipSync('{"a":[1]}').length
    }\r\n\r\n`,
    gzipSync('{"a":[1]}'),
  ],
  "in Brotli": [
    `HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: ${
      brotliCompressSync(bytes).length
    }\r\n\r\n`,
    brotliCompressSync(bytes),
  ],
};

for (const [what, parts] of Object.entries(RESPONSES)) {
  Deno.test(
    `a response ${what} has the same outcome as over fetch`,
    bounded,
    async () => {
      await using service = new RawService((conn) => write(conn, ...parts));
      await using own = await openUser(httpDriver());
      await using other = await openUser(httpDriver(BY_FETCH));
      const request = call({ url: service.url });
      const expected = timeless(await other.perform(request));
      // The second one shows that nothing is left of the first one.
      assertEquals(timeless(await own.perform(request)), expected);
      assertEquals(timeless(await own.perform(request)), expected);
      assertEquals(service.connections, 2);
    },
  );
}

Deno.test(
  "a response that ends with its connection is read to the end",
  bounded,
  async () => {
    await using service = new RawService(async (conn) => {
      await write(conn, "HTTP/1.1 200 OK\r\n\r\nhe", "llo");
      conn.close();
    });
    await using user = await openUser(httpDriver());
    const request = call({ url: service.url });
    assertEquals((await user.perform(request)).body, "hello");
    assertEquals((await user.perform(request)).body, "hello");
    assertEquals(service.connections, 2);
  },
);

for (
  const [what, sent, expected] of [
    ["is not HTTP", "hello\r\n\r\n", "it is not HTTP/1.1"],
    ["has no status", "HTTP/1.1 000 None\r\n\r\n", "its status is 0"],
    [
      "has no valid length",
      "HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\nhello",
      "its length is no number",
    ],
    [
      "has a chunk without a size",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n",
      "the size of a chunk is no number",
    ],
    [
      "has a chunk of a negative size",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
      "the size of a chunk is no number",
    ],
    [
      "has very long headers",
      `HTTP/1.1 200 OK\r\na: ${"a".repeat(200_000)}\r\n\r\n`,
      "its headers have more than 81920 bytes",
    ],
    [
      "has very many trailers",
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${
        "a: b\r\n".repeat(20_000)
      }`,
      "its headers have more than 81920 bytes",
    ],
    [
      "is cut off",
      HELLO.slice(0, -1),
      "the service closed the connection in the middle of it",
    ],
    ["does not come", "", "the service closed the connection"],
  ] as const
) {
  Deno.test(
    `a response that ${what} fails the operation, and the next one has a new connection`,
    bounded,
    async () => {
      await using service = new RawService(async (conn, _head, connection) => {
        await write(conn, connection === 1 ? sent : HELLO);
        if (connection === 1) conn.close();
      });
      await using user = await openUser(httpDriver());
      const request = call({ url: service.url });
      await assertRejects(() => user.perform(request), DriverError, expected);
      assertEquals((await user.perform(request)).body, "hello");
    },
  );
}

Deno.test(
  "a compressed response that is larger than maxBodyBytes is a failure",
  bounded,
  async () => {
    const body = gzipSync(new Uint8Array(100_000));
    await using service = new RawService((conn) =>
      write(
        conn,
        `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
        body,
      )
    );
    await using user = await openUser(httpDriver());
    await assertRejects(
      () => user.perform(call({ url: service.url, maxBodyBytes: 99_999 })),
      DriverError,
      "it has more than 99999 bytes",
    );
  },
);

Deno.test(
  "the service gets the same request as from fetch",
  bounded,
  async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) =>
        Response.json({
          line: `${request.method} ${request.url}`,
          headers: [...request.headers],
          body: await request.text(),
        }),
    );
    await using own = await openUser(httpDriver());
    await using other = await openUser(httpDriver(BY_FETCH));
    const base = `127.0.0.1:${server.addr.port}`;
    for (
      const request of [
        { url: `http://${base}/a b?c=d e#f` },
        { url: `http://ada:p%40ss@${base}/` },
        { url: `http://${base}`, method: "put", json: { text: "grüezi" } },
        { url: `http://${base}/`, method: "POST" },
        {
          url: `http://${base}/`,
          headers: { range: "bytes=0-1", accept: "text/plain", host: "else" },
        },
        { url: `http://${base}/`, body: "x".repeat(1_000_000) },
      ]
    ) {
      assertEquals(
        (await own.perform(call(request))).body,
        (await other.perform(call(request))).body,
      );
    }
    for (const method of ["TRACE", "GET"]) {
      const request = call({ url: `http://${base}/`, method, body: "x" });
      const { message } = await assertRejects(
        () => other.perform(request),
        TypeError,
      );
      await assertRejects(() => own.perform(request), TypeError, message);
    }
  },
);

Deno.test("the response to HEAD has no body", bounded, async () => {
  await using service = new RawService((conn) =>
    write(conn, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
  );
  await using user = await openUser(httpDriver());
  for (let i = 0; i < 2; i++) {
    const outcome = await user.perform(
      call({ url: service.url, method: "HEAD" }),
    );
    assertEquals(outcome.receivedBytes, 0);
  }
  assertEquals(service.connections, 1);
});

for (const status of [301, 302, 303, 307, 308]) {
  for (const method of ["GET", "POST", "PUT"]) {
    Deno.test(
      `a redirect of ${method} with ${status} is followed as by fetch`,
      bounded,
      async () => {
        await using there = Deno.serve(
          { hostname: "127.0.0.1", port: 0, onListen() {} },
          async (request) =>
            Response.json({
              line: `${request.method} ${request.url}`,
              headers: [...request.headers],
              body: await request.text(),
            }),
        );
        const elsewhere = `http://127.0.0.1:${there.addr.port}/there`;
        await using here = Deno.serve(
          { hostname: "127.0.0.1", port: 0, onListen() {} },
          async (request) => {
            await request.bytes();
            return new Response("moved", {
              status,
              headers: {
                location: request.url.endsWith("/away") ? elsewhere : "/away",
              },
            });
          },
        );
        await using own = await openUser(httpDriver());
        await using other = await openUser(httpDriver(BY_FETCH));
        const request = call({
          url: `http://127.0.0.1:${here.addr.port}/`,
          method,
          headers: { authorization: "Basic x", cookie: "a=b", "x-own": "yes" },
          ...method === "GET" ? {} : { json: { a: 1 } },
        });
        assertEquals(
          (await own.perform(request)).body,
          (await other.perform(request)).body,
        );
      },
    );
  }
}

Deno.test("redirects have a limit", bounded, async () => {
  await using service = new RawService((conn) =>
    write(
      conn,
      "HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n",
    )
  );
  await using user = await openUser(httpDriver());
  await assertRejects(
    () => user.perform(call({ url: service.url })),
    DriverError,
    "it is beyond the limit of 20",
  );
});

Deno.test(
  "an operation of a service that cannot be reached says why",
  bounded,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    await using user = await openUser(httpDriver());
    await assertRejects(
      () => user.perform(call({ url: `http://127.0.0.1:${port}/` })),
      DriverError,
      "Cannot get a response: Connection refused",
    );
  },
);

Deno.test(
  "a signal that has aborted sends nothing, and one ends its own operation alone",
  bounded,
  async () => {
    const asked = new Happenings<Deno.TcpConn>();
    await using service = new RawService((conn) => {
      asked.push(conn);
      return Promise.resolve();
    });
    await using user = await openUser(httpDriver());
    const { url } = service;
    const reason = new Error("over");
    const aborted = AbortSignal.abort(reason);
    assertStrictEquals(
      await assertRejects(() => user.perform(call({ url }, aborted))),
      reason,
    );
    const first = new AbortController();
    const one = user.perform(call({ url }, first.signal));
    await asked.next();
    const two = user.perform(call({ url }));
    const conn = await asked.next();
    first.abort(reason);
    assertStrictEquals(await assertRejects(() => one), reason);
    await write(conn, HELLO);
    assertEquals((await two).body, "hello");
  },
);

Deno.test(
  "a proxy of the environment is used, by fetch",
  bounded,
  async () => {
    await using proxy = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      ({ url }) => new Response(`by proxy: ${url}`),
    );
    Deno.env.set("http_proxy", `http://127.0.0.1:${proxy.addr.port}`);
    try {
      await using user = await openUser(httpDriver());
      const { body } = await user.perform(call({ url: "http://there.test/" }));
      assertEquals(body, "by proxy: http://there.test/");
    } finally {
      Deno.env.delete("http_proxy");
    }
  },
);
