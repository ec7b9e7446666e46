import { assertEquals, assertRejects } from "@std/assert";
import { CoreRequestError } from "../../src/cores/errors.ts";
import { toText } from "@std/streams";
import { json, refusal } from "./http/responses.ts";
import { revokeHere, ticketHere } from "./modules/shared_shells_topics.ts";
import { onWorkers, SharedServed } from "./shared.ts";

Deno.test(
  "a ticket is valid once, whichever worker gets it, and its login in all",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const ticket = served.terminal.ticket({ role: "control", session: "all" });
    const use = (worker: number) =>
      served.request(worker, "POST", "login", { body: { ticket } });
    const both = await Promise.all([use(0), use(1)]);
    assertEquals(both.map(({ status }) => status).sort(), [200, 401]);
    const cookie =
      both.flatMap(({ headers }) =>
        headers.get("set-cookie")?.split(";")[0] ?? []
      )[0] ?? "";
    await Promise.all(both.map(({ body }) => body?.cancel()));
    for (const target of [0, 1, "any"] as const) {
      const { role } = await json(
        served.request(target, "GET", "login", { cookie }),
      );
      assertEquals(role, "control");
    }
    const out = await served.request(1, "DELETE", "login", { cookie });
    assertEquals(out.status, 204);
    assertEquals(
      await refusal(served.request(0, "GET", "login", { cookie })),
      "401 login_needed",
    );
    assertEquals(served.terminal.stats().logins, 0);
  },
);

Deno.test(
  "what is revoked is closed in every worker, relayed or not",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const grant = { role: "control", session: "all" } as const;
    const bob = await served.login(0, { ...grant, user: "bob" });
    const eve = await served.login(1, { ...grant, user: "eve" });
    const id = await served.startIn(0);
    const [near, far, other] = [
      served.view(0, id, bob),
      served.view(1, id, bob),
      served.view(1, id, eve),
    ];
    for (const viewer of [near, far, other]) await viewer.next("role");
    assertEquals(served.terminal.revoke({ user: "bob" }, "Bob has left"), 1);
    for (const viewer of [near, far]) {
      assertEquals(await viewer.closed, 4003);
      assertEquals(viewer.reason, "Bob has left");
    }
    other.type(1, "still here");
    await other.until("still here");
    for (const worker of [0, 1]) {
      const late = served.view(worker, id, bob);
      assertEquals(await late.closed === 1000, false);
      assertEquals(late.frames.untaken, 0);
    }
  },
);

Deno.test(
  "the application decides in the main thread about the sockets of all workers",
  onWorkers,
  async () => {
    const banned = new Set<string>();
    await using served = await SharedServed.start({
      authorize: ({ user, headers }) =>
        headers.get("origin") !== null && !banned.has(user ?? ""),
    });
    const grant = { role: "control", session: "all" } as const;
    const bob = await served.login(0, { ...grant, user: "bob" });
    const eve = await served.login(1, { ...grant, user: "eve" });
    const id = await served.startIn(1);
    const [near, far, other] = [
      served.view(1, id, bob),
      served.view(0, id, bob),
      served.view(0, id, eve),
    ];
    for (const viewer of [near, far, other]) await viewer.next("role");
    banned.add("bob");
    assertEquals(await served.terminal.reauthorize("Bob is banned"), 2);
    assertEquals(await Promise.all([near.closed, far.closed]), [4003, 4003]);
    const late = served.view(0, id, bob);
    assertEquals(await late.closed, 4003);
    other.type(1, "still here");
    await other.until("still here");
  },
);

Deno.test(
  "a client has its attempts in all workers together",
  onWorkers,
  async () => {
    await using served = await SharedServed.start({ handshakesPerMinute: 4 });
    const guess = (worker: number) =>
      refusal(served.request(worker, "POST", "login", {
        body: { ticket: "guess" },
      }));
    const guesses = [];
    for (let i = 0; i < 6; i++) guesses.push(await guess(i % 2));
    assertEquals(guesses, [
      ...new Array(4).fill("401 wrong_ticket"),
      ...new Array(2).fill("429 too_many_requests"),
    ]);
  },
);

Deno.test(
  "no worker opens a socket without a login, or for a page of another origin",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const cookie = await served.login(0);
    const id = await served.startIn(0);
    for (const worker of [0, 1]) {
      const bare = served.view(worker, id, "");
      const forged = served.view(worker, id, cookie.replace(/.{4}$/, "AAAA"));
      await Promise.all([bare.closed, forged.closed]);
      const host = served.hostOf(worker);
      const elsewhere = await fetch(
        `http://${host}/sessions/${id}/attach?client=a`,
        { headers: { cookie, origin: "http://elsewhere.example" } },
      );
      assertEquals(elsewhere.status, 403);
      await elsewhere.body?.cancel();
    }
    const { attachmentsOpened, attachments, originsRefused } = served.terminal
      .stats();
    assertEquals([attachmentsOpened, attachments, originsRefused], [0, 0, 2]);
  },
);

Deno.test(
  "a socket for a session that does not exist is told so, through any worker",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const id = await served.startIn(0);
    const cookie = await served.login(0);
    const guest = await served.login(1, {
      role: "view",
      session: await served.startIn(1),
    });
    for (const worker of [0, 1]) {
      const none = served.view(worker, "none", cookie);
      assertEquals(await none.closed, 4002);
      const hidden = served.view(worker, id, guest);
      assertEquals(await hidden.closed, 4002);
      assertEquals(hidden.reason, none.reason);
    }
  },
);

Deno.test(
  "a worker refuses what it cannot forward, and names that are not its own",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    for (
      const [head, status] of [
        ["TRACE / HTTP/1.1\r\nHost: localhost", 405],
        ["GET / HTTP/1.1\r\nHost: a b", 400],
        ["GET / HTTP/1.1\r\nHost: elsewhere.example", 403],
      ] as const
    ) {
      using connection = await Deno.connect({
        hostname: "127.0.0.1",
        port: Number(served.hostOf(0).split(":")[1]),
      });
      await connection.write(
        new TextEncoder().encode(`${head}\r\nConnection: close\r\n\r\n`),
      );
      const text = await toText(connection.readable);
      assertEquals(Number(text.split(" ")[1]), status, head);
    }
  },
);

Deno.test(
  "a worker makes tickets and revokes access for all",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const id = await served.startIn(1);
    const ticket = await served.service.ask(0, ticketHere, {
      role: "view",
      session: id,
      user: "bob",
    });
    const response = await served.request(1, "POST", "login", {
      body: { ticket },
    });
    assertEquals(await response.json(), { role: "view", session: id });
    assertEquals(await served.service.ask(1, revokeHere, { user: "bob" }), 1);
    assertEquals(served.terminal.stats().logins, 0);
    await assertRejects(
      () =>
        served.service.ask(0, ticketHere, { role: "view", session: "none" }),
      CoreRequestError,
      "There is no session",
    );
  },
);
