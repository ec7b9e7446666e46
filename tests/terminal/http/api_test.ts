import { assertEquals, assertMatch } from "@std/assert";
import { toText } from "@std/streams";
import { utf8 } from "../../support/bytes.ts";
import { bounded } from "../../support/net.ts";
import { json, refusal } from "./responses.ts";
import { Served } from "../served.ts";

Deno.test(
  "a session is started, listed, shown, resized, signalled and ended",
  bounded,
  async () => {
    await using served = new Served();
    const cookie = await served.login();
    const made = await json(
      served.request("POST", "sessions", {
        cookie,
        body: { columns: 100, rows: 30 },
      }),
      201,
    );
    assertEquals<unknown>(
      [made.command, made.columns, made.rows, made.role, made.exit],
      ["cat", 100, 30, "control", null],
    );
    const path = `sessions/${made.id}`;
    const { sessions } = await json(
      served.request("GET", "sessions", { cookie }),
    );
    assertEquals<unknown>(sessions.map(({ id }) => id), [made.id]);
    const body = { columns: 120, rows: 40 };
    const resized = await served.request("POST", `${path}/size`, {
      cookie,
      body,
    });
    assertEquals<unknown>(resized.status, 204);
    const shown = await json(served.request("GET", path, { cookie }));
    assertEquals<unknown>([shown.columns, shown.rows], [120, 40]);
    const signalled = await served.request("POST", `${path}/signal`, {
      cookie,
      body: { signal: "SIGWINCH" },
    });
    assertEquals<unknown>(signalled.status, 204);
    const ended = await served.request("DELETE", path, { cookie });
    assertEquals<unknown>(ended.status, 204);
    assertEquals<unknown>(
      await refusal(served.request("GET", path, { cookie })),
      "404 not_found",
    );
  },
);

Deno.test(
  "health is public, and metrics need a login that may view all sessions",
  bounded,
  async () => {
    await using served = new Served();
    const { status, server } = await json(served.request("GET", "health"));
    assertEquals<unknown>([status, typeof server], ["ok", "string"]);
    assertEquals<unknown>(
      await refusal(served.request("GET", "metrics")),
      "401 login_needed",
    );
    const { id } = await served.terminal.start();
    const guest = await served.login("view", id);
    assertEquals<unknown>(
      await refusal(served.request("GET", "metrics", { cookie: guest })),
      "403 forbidden",
    );
    const cookie = await served.login("view");
    const text = await (await served.request("GET", "metrics", { cookie }))
      .text();
    assertMatch(
      text,
      /# TYPE troupe_terminal_logins gauge\ntroupe_terminal_logins 2\n/,
    );
    assertMatch(text, /# TYPE troupe_terminal_input_bytes_total counter\n/);
    const headers = { accept: "application/json" };
    const numbers = await json(
      served.request("GET", "metrics", { cookie, headers }),
    );
    assertEquals<unknown>(numbers, { ...served.terminal.stats() });
  },
);

Deno.test("a ticket is exchanged for a cookie once", bounded, async () => {
  await using served = new Served();
  const { id } = await served.terminal.start();
  const ticket = served.terminal.ticket({ role: "view", session: id });
  const body = { ticket };
  const first = await served.request("POST", "login", { body });
  assertEquals<unknown>(await json(Promise.resolve(first)), {
    role: "view",
    session: id,
  });
  assertMatch(
    first.headers.get("set-cookie") ?? "",
    /^troupe-terminal-\d+=[\w.-]{60}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  assertEquals<unknown>(
    await refusal(served.request("POST", "login", { body })),
    "401 wrong_ticket",
  );
  assertEquals<unknown>(served.terminal.stats().handshakesRefused, 1);
});

Deno.test(
  "a browser with a login adds what another ticket allows, if that does not replace",
  bounded,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    const guest = await served.login("view", id);
    const seen = await json(served.request("GET", "login", { cookie: guest }));
    assertEquals<unknown>(seen, {
      commands: [],
      graceMs: 600_000,
      role: null,
      sessions: [{ id, role: "view" }],
    });
    const added = { replaces: false };
    assertEquals<unknown>(
      await served.login("control", id, guest, added),
      guest,
    );
    const now = await json(served.request("GET", "login", { cookie: guest }));
    assertEquals<unknown>(now.sessions, [{ id, role: "control" }]);
  },
);

Deno.test("a login that has ended is refused", bounded, async () => {
  await using served = new Served();
  const cookie = await served.login();
  const left = await served.request("DELETE", "login", { cookie });
  assertEquals<unknown>(left.status, 204);
  assertMatch(left.headers.get("set-cookie") ?? "", /Max-Age=0/);
  assertEquals<unknown>(
    await refusal(served.request("GET", "sessions", { cookie })),
    "401 login_needed",
  );
});

Deno.test(
  "a view ticket does not allow to start, resize, signal, end or invite",
  bounded,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    const guest = await served.login("view", id);
    const ask = (method: string, path: string, body?: unknown) =>
      refusal(served.request(method, path, { cookie: guest, body }));
    assertEquals<unknown>(await ask("POST", "sessions", {}), "403 forbidden");
    assertEquals<unknown>(await ask("POST", "tickets", {}), "403 forbidden");
    assertEquals<unknown>(
      await ask("POST", `sessions/${id}/size`, { columns: 1, rows: 1 }),
      "403 forbidden",
    );
    assertEquals<unknown>(
      await ask("POST", `sessions/${id}/signal`, { signal: "SIGKILL" }),
      "403 forbidden",
    );
    assertEquals<unknown>(
      await ask("DELETE", `sessions/${id}`),
      "403 forbidden",
    );
    assertEquals<unknown>(
      await ask("POST", `sessions/${id}/tickets`, { role: "view" }),
      "403 forbidden",
    );
    assertEquals<unknown>(served.terminal.stats().sessions, 1);
  },
);

Deno.test(
  "a login does not see the sessions of others, and can invite only to those that it controls",
  bounded,
  async () => {
    await using served = new Served();
    const [mine, other] = [
      await served.terminal.start(),
      await served.terminal.start(),
    ];
    const cookie = await served.login("control", mine.id);
    const ask = (method: string, path: string, body?: unknown) =>
      served.request(method, path, { cookie, body });
    for (const id of [other.id, "no-such-session"]) {
      assertEquals<unknown>(
        await refusal(ask("GET", `sessions/${id}`)),
        "404 not_found",
      );
      assertEquals<unknown>(
        await refusal(ask("DELETE", `sessions/${id}`)),
        "404 not_found",
      );
      assertEquals<unknown>(
        await refusal(ask("POST", `sessions/${id}/tickets`, {})),
        "404 not_found",
      );
    }
    const { sessions } = await json(ask("GET", "sessions"));
    assertEquals<unknown>(sessions.length, 1);
    const { ticket } = await json(
      ask("POST", `sessions/${mine.id}/tickets`, { role: "view" }),
      201,
    );
    assertEquals<unknown>(
      await json(served.request("POST", "login", { body: { ticket } })),
      { role: "view", session: mine.id },
    );
  },
);

Deno.test(
  "a request of another origin is refused on every route",
  bounded,
  async () => {
    await using served = new Served();
    const cookie = await served.login();
    for (
      const [method, path] of [
        ["GET", "sessions"],
        ["POST", "sessions"],
        ["POST", "login"],
        ["GET", "sessions/a/attach?client=a"],
      ] as const
    ) {
      for (
        const headers of [
          { origin: "http://evil.example" },
          { host: "evil.example" },
        ]
      ) {
        const body = method === "POST" ? {} : undefined;
        const refused = served.request(method, path, { cookie, headers, body });
        assertEquals<unknown>(await refusal(refused), "403 wrong_origin");
      }
    }
    assertEquals<unknown>(served.terminal.stats().originsRefused, 8);
    assertEquals<unknown>(served.terminal.stats().sessions, 0);
  },
);

Deno.test(
  "a request that a form of another site could send is refused",
  bounded,
  async () => {
    await using served = new Served();
    const cookie = await served.login();
    for (
      const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
      ]
    ) {
      const headers = { "content-type": type };
      const refused = served.request("POST", "sessions", {
        cookie,
        headers,
        body: {},
      });
      assertEquals<unknown>(await refusal(refused), "415 wrong_media_type");
    }
  },
);

Deno.test(
  "an invalid body is refused with the reason",
  bounded,
  async () => {
    await using served = new Served({ maxBodyBytes: 100 });
    const cookie = await served.login();
    const { id } = await served.terminal.start();
    for (
      const [path, body, expected] of [
        ["sessions", [], "400 bad_request"],
        ["sessions", "x", "400 bad_request"],
        ["sessions", null, "400 bad_request"],
        ["sessions", { comand: "cat" }, "400 bad_request"],
        ["sessions", { command: 1 }, "400 bad_request"],
        ["sessions", { args: "x" }, "400 bad_request"],
        ["sessions", { columns: 80 }, "400 bad_request"],
        ["sessions", { columns: 0, rows: 1e9 }, "400 bad_request"],
        ["sessions", { command: "sh" }, "403 forbidden"],
        ["sessions", { args: ["x"] }, "403 forbidden"],
        ["sessions", { cwd: "/no/such/directory" }, "403 forbidden"],
        ["sessions", { cwd: "x".repeat(100) }, "413 too_large"],
        [`sessions/${id}/size`, { columns: 80, rows: -1 }, "400 bad_request"],
        [`sessions/${id}/signal`, { signal: "KILL" }, "400 bad_request"],
        [`sessions/${id}/signal`, { signal: "SIGNONSENSE" }, "400 bad_request"],
        [`sessions/${id}/tickets`, { role: "owner" }, "400 bad_request"],
      ] as const
    ) {
      const response = served.request("POST", path, { cookie, body });
      assertEquals<unknown>(
        await refusal(response),
        expected,
        JSON.stringify(body),
      );
    }
    const request = new Request(`http://${served.host}/sessions`, {
      method: "POST",
      headers: {
        host: served.host,
        cookie,
        "content-type": "application/json",
      },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    assertEquals<unknown>(
      await refusal(served.terminal.fetch(request)),
      "400 bad_request",
    );
  },
);

Deno.test(
  "an unknown path or method is a problem",
  bounded,
  async () => {
    await using served = new Served();
    const cookie = await served.login();
    for (
      const path of [
        "nothing",
        "sessions/",
        "sessions/a/b",
        "../secret",
        "login/x",
      ]
    ) {
      assertEquals<unknown>(
        await refusal(served.request("GET", path, { cookie })),
        "404 not_found",
        path,
      );
    }
    const response = await served.request("PUT", "sessions", { cookie });
    assertEquals<unknown>(response.headers.get("allow"), "GET, POST");
    assertEquals<unknown>(
      await refusal(Promise.resolve(response)),
      "405 wrong_method",
    );
    assertEquals<unknown>(
      await refusal(served.request("POST", "", { body: {} })),
      "405 wrong_method",
    );
  },
);

Deno.test("there are no more sessions than maxSessions", bounded, async () => {
  await using served = new Served({ maxSessions: 1 });
  const cookie = await served.login();
  const start = () => served.request("POST", "sessions", { cookie, body: {} });
  await json(start(), 201);
  assertEquals<unknown>(await refusal(start()), "503 full");
});

Deno.test(
  "a program that cannot be started is a problem",
  bounded,
  async () => {
    await using served = new Served({
      commands: [{ name: "none", command: "/no/such/program" }],
    });
    const cookie = await served.login();
    assertEquals<unknown>(
      await refusal(served.request("POST", "sessions", { cookie, body: {} })),
      "422 cannot_spawn",
    );
  },
);

Deno.test("a client that guesses tickets is slowed down", bounded, async () => {
  await using served = new Served({ handshakesPerMinute: 3 });
  const guess = () =>
    served.request("POST", "login", { body: { ticket: "x" } });
  for (let i = 0; i < 3; i++) {
    assertEquals<unknown>(await refusal(guess()), "401 wrong_ticket");
  }
  const response = await guess();
  assertMatch(response.headers.get("retry-after") ?? "", /^\d+$/);
  assertEquals<unknown>(
    await refusal(Promise.resolve(response)),
    "429 too_many_requests",
  );
});

Deno.test("a closed server refuses requests", bounded, async () => {
  await using served = new Served();
  await served.terminal.close();
  const response = await served.request("GET", "health");
  assertEquals(response.status, 503);
  assertEquals((await response.json()).code, "closed");
});

Deno.test("an invalid Host header is a bad request", bounded, async () => {
  await using served = new Served();
  const [hostname = "", port] = served.host.split(":");
  using socket = await Deno.connect({ hostname, port: Number(port) });
  await socket.write(
    utf8("GET / HTTP/1.1\r\nhost: a:99999\r\nconnection: close\r\n\r\n"),
  );
  const response = await toText(socket.readable);
  assertMatch(response, /^HTTP\/1.1 400 /);
  assertMatch(response, /"code":"bad_request"/);
});
