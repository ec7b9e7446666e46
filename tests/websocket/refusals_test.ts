import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ConnectError, SessionLostError } from "../../src/session/errors.ts";
import { SessionRefusedError } from "../../src/session/handshake.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { clientModule } from "../../src/websocket/client_module.ts";
import { utf8 } from "../support/bytes.ts";
import { bounded, echo, roundTrip } from "../support/net.ts";
import { RawWebSocket } from "./raw_web_socket.ts";
import { WebNet } from "./web_net.ts";

/** What a request says of where it comes from, and what becomes of it. */
const requests: readonly [
  what: string,
  headers: (host: string) => Record<string, string>,
  status: number,
][] = [
  [
    "the origin of the server itself",
    (host) => ({ origin: `http://${host}` }),
    101,
  ],
  [
    "an origin in the option origins",
    () => ({ origin: "https://example.com" }),
    101,
  ],
  [
    "the origin of another site",
    () => ({ origin: "https://example.org" }),
    403,
  ],
  ["an origin that is none", () => ({ origin: "null" }), 403],
  ["no origin", () => ({}), 403],
  [
    "the name of another site in Host",
    () => ({ host: "example.org", origin: "http://example.org" }),
    403,
  ],
];

for (const [what, headers, status] of requests) {
  Deno.test(
    `a request for a session with ${what} gets the status ${status}`,
    bounded,
    async () => {
      await using net = new WebNet({
        serve: { withoutOrigin: "refuse", origins: ["https://example.com"] },
      });
      const { host } = new URL(net.url);
      const dialled = await RawWebSocket.dial(net.url, headers(host));
      using _ = dialled.socket;
      assertEquals(dialled.status, status);
      assertEquals(net.sessions.stats().refused, status === 101 ? 0 : 1);
    },
  );
}

Deno.test(
  "a program without an origin is accepted where the option says so, and its Host is checked all the same",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { withoutOrigin: "accept" } });
    for (
      const [host, status] of [["127.0.0.1", 101], [
        "example.org",
        403,
      ]] as const
    ) {
      const dialled = await RawWebSocket.dial(net.url, { host });
      using _ = dialled.socket;
      assertEquals(dialled.status, status);
    }
  },
);

Deno.test(
  "a client that is refused before there is a WebSocket rejects with ConnectError",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { withoutOrigin: "refuse" } });
    const error = await assertRejects(() => net.client.connect(), ConnectError);
    assertStringIncludes(error.message, "Cannot connect to ws://127.0.0.1:");
  },
);

Deno.test(
  "the login of the application decides who a page is, by its request, and each connection says so",
  bounded,
  async () => {
    const seen: string[] = [];
    await using net = new WebNet({
      serve: {
        authenticate: async ({ url, headers }, { remote }) => {
          await Promise.resolve();
          seen.push(new URL(url).pathname, remote.hostname);
          return /\blogin=(\w+)/.exec(headers.get("cookie") ?? "")?.[1];
        },
      },
    });
    const as = (cookie: string) =>
      net.dial({ open: (url) => new WebSocket(url, { headers: { cookie } }) });
    await using mona = as("a=1; login=mona");
    await mona.connect();
    const there = await net.served.next();
    assertEquals(there.identity, "mona");
    assertEquals(seen, ["/sessions/", "127.0.0.1"]);
    await using nobody = as("a=1");
    const refused = await assertRejects(
      () => nobody.connect(),
      SessionLostError,
    );
    assertEquals(refused.code, ErrorCode.UNAUTHORIZED);
    assertInstanceOf(await net.peerErrors.next(), SessionRefusedError);
    // The others go on.
    assertEquals(there.phase, "connected");
  },
);

Deno.test(
  "a login that has ended meanwhile ends its session at the next WebSocket",
  bounded,
  async () => {
    let isLoggedIn = true;
    await using net = new WebNet({
      serve: {
        authenticate: () => isLoggedIn ? "mona" : undefined,
        // The session waits for its owner, whom nobody lets in.
        closeMs: 0,
      },
    });
    const [here] = await net.pair();
    isLoggedIn = false;
    net.proxy.cut();
    const lost = await assertRejects(() => here.receive(), SessionLostError);
    assertEquals(lost.code, ErrorCode.UNAUTHORIZED);
  },
);

Deno.test(
  "a login that fails refuses the peer, and says why to the server alone",
  bounded,
  async () => {
    await using net = new WebNet({
      serve: {
        authenticate() {
          throw new Error("the database is away");
        },
      },
    });
    const lost = await assertRejects(
      () => net.client.connect(),
      SessionLostError,
    );
    assertEquals(lost.code, ErrorCode.INTERNAL);
    assert(!lost.message.includes("database"));
    const error = await net.peerErrors.next();
    assertInstanceOf(error, SessionRefusedError);
    assertStringIncludes(`${error.cause}`, "database");
  },
);

Deno.test(
  "a program shows credentials, which its login gets with the request",
  bounded,
  async () => {
    await using net = new WebNet({
      serve: {
        serve: echo,
        authenticate: (_, { credentials }) =>
          new TextDecoder().decode(credentials) === "sesame"
            ? "ali"
            : undefined,
      },
      client: { credentials: utf8("sesame") },
    });
    await roundTrip(await net.client.connect());
  },
);

Deno.test(
  "WebSockets over maxSockets are refused with the status 503, until one is closed",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { serve: echo, maxSockets: 1 } });
    await roundTrip(await net.client.connect());
    const dialled = await RawWebSocket.dial(net.url);
    using _ = dialled.socket;
    assertEquals(dialled.status, 503);
    await net.client.close();
    await using next = net.dial({ retryMs: 60_000, backoff: { initialMs: 1 } });
    await roundTrip(await next.connect());
  },
);

for (
  const [what, path, method, site, status] of [
    [
      "a link on another site to the client",
      "client.js",
      "GET",
      "cross-site",
      403,
    ],
    ["a request to change the client", "client.js", "PUT", "none", 405],
    ["a request that is not for a WebSocket", "", "GET", "none", 426],
    ["another path below the prefix", "other", "GET", "none", 404],
  ] as const
) {
  Deno.test(`${what} gets the status ${status}`, bounded, async () => {
    await using net = new WebNet();
    const response = await fetch(new URL(path, net.url), {
      method,
      headers: { "sec-fetch-site": site },
    });
    await response.body?.cancel();
    assertEquals(response.status, status);
  });
}

Deno.test(
  "the client is served with an ETag, and to pages of the origins that may connect",
  bounded,
  async () => {
    await using net = new WebNet({
      serve: { origins: ["https://example.com"] },
    });
    const url = new URL("client.js", net.url);
    const get = (headers: Record<string, string>) => fetch(url, { headers });
    const response = await get({ origin: "https://example.com" });
    assertEquals(await response.text(), await clientModule());
    assertEquals(
      ["content-type", "access-control-allow-origin", "cache-control"].map((
        name,
      ) => response.headers.get(name)),
      ["text/javascript; charset=utf-8", "https://example.com", "no-cache"],
    );
    const etag = response.headers.get("etag") ?? "";
    const again = await get({ "if-none-match": etag });
    assertEquals([again.status, await again.text()], [304, ""]);
    const other = await get({ origin: "https://example.org" });
    await other.body?.cancel();
    assertEquals(other.status, 403);
  },
);
