// Clients, with or without a login, that want more than their share.
import { setImmediate as turn } from "node:timers/promises";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { toText } from "@std/streams";
import { ActorSystem } from "../../src/actor/system.ts";
import { PtySession } from "../../src/pty/pty_session.ts";
import { Access } from "../../src/terminal/access/access.ts";
import { readAsciicast } from "../../src/terminal/recording/asciicast_reader.ts";
import { replayAsciicast } from "../../src/terminal/recording/asciicast_replay.ts";
import { attachPath } from "../../src/terminal/attach/attach_request.ts";
import { Login, Logins } from "../../src/terminal/access/logins.ts";
import { TerminalCounters } from "../../src/terminal/metrics.ts";
import { resolveServeTerminalOptions } from "../../src/terminal/options.ts";
import { Problem } from "../../src/terminal/http/problem.ts";
import { ErrorCode, SUBPROTOCOL } from "../../src/terminal/attach/protocol.ts";
import { makeSecret } from "../../src/terminal/access/secrets.ts";
import { TerminalSession } from "../../src/terminal/sessions.ts";
import { newGrant } from "../../src/terminal/access/grant_rules.ts";
import { Tickets } from "../../src/terminal/access/tickets.ts";
import { passOf } from "./access/passes.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { utf8 } from "../support/bytes.ts";
import { bounded } from "../support/net.ts";
import { json, refusal } from "./http/responses.ts";
import { streamOf } from "./recording/casts.ts";
import { Served } from "./served.ts";

/** Number of descriptors of this process, on systems that report it. */
function descriptors(): number {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch {
    return 0;
  }
}

/** Where a connection is dropped. */
const PLACES = [
  "in the request",
  "before the response",
  "after the response",
] as const;

/** Requests a socket, and drops the connection somewhere in the handshake. */
async function drop(
  port: number,
  request: Uint8Array,
  where: (typeof PLACES)[number],
): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const end = where === "in the request" ? 100 : request.length;
  await connection.write(request.subarray(0, end));
  if (where !== "after the response") return;
  await connection.read(new Uint8Array(4096));
}

Deno.test(
  "sockets that are dropped in their handshake leave nothing behind",
  bounded,
  async () => {
    await using served = new Served({ handshakesPerMinute: 10_000 });
    const { system, host, server, terminal } = served;
    const session = await terminal.start();
    const cookie = await served.login();
    const gone = Promise.withResolvers<void>();
    let dropped = false;
    const look = (): void => {
      if (dropped && terminal.stats().attachments === 0) gone.resolve();
    };
    system.events.subscribe(({ type }) => {
      // After all that wait for the stop have run.
      if (type === "stopped") turn().then(look);
    });
    const before = descriptors();
    for (let round = 0; round < 10; round++) {
      const thirty = Array.from({ length: 10 }, () => PLACES).flat();
      await Promise.all(thirty.map((where, i) => {
        const clientId = `${round}-${i}`;
        const path = attachPath({ sessionId: session.id, clientId });
        const head = [
          `GET /${path} HTTP/1.1`,
          `Host: ${host}`,
          `Origin: http://${host}`,
          `Cookie: ${cookie}`,
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
        ];
        const request = utf8(`${head.join("\r\n")}\r\n\r\n`);
        return drop(server.addr.port, request, where);
      }));
    }
    // It resolves when no connection is left.
    await server.shutdown();
    dropped = true;
    look();
    await gone.promise;
    const { viewers, controllers } = await session.inspect();
    assertEquals([viewers, controllers, served.failures], [0, 0, []]);
    // The listener has gone as well.
    assert(descriptors() <= before, `${descriptors()} descriptors`);
  },
);

Deno.test(
  "with maxViewers attached, a client may replace its own socket, and another client gets LIMIT",
  bounded,
  async () => {
    await using served = new Served({ maxViewers: 1 });
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const first = served.view(id, cookie, { clientId: "page" });
    await first.until("ready\n");
    const other = served.view(id, cookie, { clientId: "other" });
    assertEquals((await other.next("error")).code, ErrorCode.LIMIT);
    assertEquals(await other.closed, 4007);
    const second = served.view(id, cookie, { clientId: "page" });
    assertEquals((await second.next("role")).role, "control");
    assertEquals(await first.closed, 4000 + ErrorCode.REPLACED);
  },
);

Deno.test("read-only viewers do not displace the input of a controlling one", async () => {
  await using system = new ActorSystem();
  const ref = system.spawn(() => ({ receive() {} }));
  const pty = new PtySession("session", ref);
  const session = new TerminalSession(pty, "cat", new Date(0));
  const ledger = session.ledgerOf("owner", "control");
  for (let i = 0; i < 2000; i++) session.ledgerOf(`guest ${i}`, "view");
  assertEquals(session.ledgerOf("owner", "control") === ledger, true);
});

const limits = { loginMs: 1e9, loginIdleMs: 1000, maxLogins: 2 };

Deno.test("a login with a viewer is not removed while others are unused", () => {
  const logins = new Logins(new ManualClock(), limits);
  const [first, second] = [logins.start(), logins.start()];
  first.login.open(passOf());
  const third = logins.start();
  assertEquals(
    [first, second, third].map(({ login }) => login.ended.aborted),
    [false, true, false],
  );
  third.login.open(passOf());
  logins.start();
  assertEquals(first.login.ended.aborted, true);
  logins.close();
});

Deno.test("a login keeps control of all sessions, however many other tickets it uses", () => {
  const login = new Login(makeSecret().record, new ManualClock(), 1e9);
  login.add(newGrant({ role: "control", session: "all", replaces: false }));
  for (let i = 0; i < 100; i++) {
    login.add(newGrant({ role: "view", session: "all", replaces: false }));
    login.add(newGrant({ role: "view", session: `${i}`, replaces: false }));
  }
  assertEquals(login.roleIn("all"), "control");
  assertEquals(login.roleIn("any"), "control");
  login.end();
});

Deno.test("a ticket that allows nothing new displaces no other", () => {
  const login = new Login(makeSecret().record, new ManualClock(), 1e9);
  login.add(newGrant({ role: "view", session: "first", replaces: false }));
  for (let i = 0; i < 40; i++) {
    login.add(newGrant({ role: "view", session: `${i}`, replaces: false }));
    login.add(newGrant({ role: "control", session: `${i}`, replaces: false }));
    login.add(newGrant({ role: "view", session: `${i}`, replaces: false }));
  }
  assertEquals(login.roleIn("first"), "view");
  assertEquals(login.roleIn("0"), "control");
  login.end();
});

Deno.test("a login that makes many tickets displaces only its own", () => {
  const tickets = new Tickets(new ManualClock(), 60_000);
  const grant = newGrant({ role: "view", session: "all" });
  const owners = tickets.issue(grant);
  const others = tickets.issue(grant, "other");
  const own = Array.from(
    { length: 2000 },
    () => tickets.issue(grant, "greedy"),
  );
  assertEquals(tickets.redeem(owners), grant);
  assertEquals(tickets.redeem(others), grant);
  assertEquals(tickets.redeem(own[0] ?? ""), undefined);
  assertEquals(tickets.redeem(own.at(-1) ?? ""), grant);
  assertEquals(tickets.size, 63);
});

Deno.test(
  "a login that makes tickets through the API displaces only its own",
  bounded,
  async () => {
    await using served = new Served();
    const cookie = await served.login();
    const made = async () =>
      (await json(served.request("POST", "tickets", { cookie, body: {} }), 201))
        .ticket;
    const enter = (ticket: string) =>
      served.request("POST", "login", { body: { ticket } });
    const [first, second] = [await made(), await made()];
    for (let i = 2; i < 65; i++) await made();
    assertEquals(await refusal(enter(first)), "401 wrong_ticket");
    assertEquals((await json(enter(second))).role, "view");
  },
);

Deno.test("all addresses of an IPv6 /64 network are one client", () => {
  /** Which addresses may make an attempt, with one for each client. */
  const tried = (...hostnames: string[]) => {
    const options = resolveServeTerminalOptions({ handshakesPerMinute: 1 });
    const counters = new TerminalCounters();
    const access = new Access(options, new ManualClock(), counters);
    const request = new Request("http://localhost/");
    return hostnames.map((hostname) => {
      const remoteAddr = { transport: "tcp", hostname, port: 1 } as const;
      try {
        access.checkRate(request, { remoteAddr });
        return true;
      } catch (error) {
        assert(error instanceof Problem);
        return false;
      }
    });
  };
  assertEquals(
    tried(
      "2001:db8:0:1:0:0:0:5",
      "2001:db8:0:1::6",
      "2001:db8:0:1:7:8:9:a",
      "2001:db8::1:0:0:0:b",
      "2001:db8:0:2::5",
    ),
    [true, false, false, false, true],
  );
  assertEquals(
    tried("2001:db8::1", "2001:db8::2:3", "2001:db8::", "::1", "::2"),
    [true, false, false, true, false],
  );
  assertEquals(
    tried("10.0.0.1", "10.0.0.2", "::ffff:10.0.0.3", "::ffff:10.0.0.4"),
    [true, true, true, true],
  );
});

Deno.test("a recording with a negative limit of pauses is played", async () => {
  await using cast = await readAsciicast(streamOf(
    '{"version":3,"term":{"cols":80,"rows":24},"idle_time_limit":-1}\n' +
      '[0, "o", "played"]\n',
  ));
  const events = await Array.fromAsync(replayAsciicast(cast));
  assertEquals(events, [{ type: "output", atMs: 0, text: "played" }]);
});

Deno.test(
  "a body that breaks off is refused, and nothing is logged",
  bounded,
  async () => {
    await using served = new Served();
    const { error } = console;
    const logged: unknown[] = [];
    console.error = (...words) => void logged.push(...words);
    try {
      const { port } = served.server.addr;
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(utf8(
        `POST /login HTTP/1.1\r\nHost: ${served.host}\r\n` +
          "Content-Type: application/json\r\n" +
          "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
      ));
      // The body is being read.
      const waiting = new Uint8Array(1000);
      const bytes = await connection.read(waiting) ?? 0;
      assertMatch(
        new TextDecoder().decode(waiting.subarray(0, bytes)),
        /^HTTP\/1\.1 100 /,
      );
      await connection.write(utf8("no length\r\n"));
      const response = await toText(connection.readable);
      assertMatch(response, /^HTTP\/1\.1 400 /);
    } finally {
      console.error = error;
    }
    assertEquals(logged, []);
  },
);

Deno.test(
  "an invalid cookie of the same name before the valid one locks nobody out",
  bounded,
  async () => {
    await using served = new Served();
    const good = await served.login();
    const bad = good.replace(/=.*/, "=set.elsewhere");
    const cookie = `${bad}; ${good}`;
    const statusOf = async (method: string) => {
      const response = await served.request(method, "login", { cookie });
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await statusOf("GET"), 200);
    assertEquals(await statusOf("DELETE"), 204);
    assertEquals(await statusOf("GET"), 401);
  },
);
