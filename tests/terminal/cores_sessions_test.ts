import { assertEquals, assertMatch } from "@std/assert";
import { json, refusal } from "./http/responses.ts";
import { exit, statsHere } from "./modules/shared_shells_topics.ts";
import { RAW_CAT } from "./served.ts";
import { onWorkers, SharedServed } from "./shared.ts";

Deno.test(
  "every worker lists the sessions of all",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const cookie = await served.login(0);
    const first = await served.startIn(0);
    const second = await served.startIn(1);
    const main = (await served.terminal.start()).id;
    for (const target of [0, 1, "any"] as const) {
      const list = await json(
        served.request(target, "GET", "sessions", { cookie }),
      );
      assertEquals(list.sessions.map(({ id }) => id), [first, second, main]);
    }
    assertEquals(served.terminal.stats().sessions, 3);
  },
);

Deno.test(
  "a viewer of a session in another worker types, resizes and goes on where it stopped",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const cookie = await served.login(1);
    const id = await served.startIn(0);
    const clientId = "page";
    const first = served.view(1, id, cookie, { clientId });
    assertEquals((await first.next("role")).role, "control");
    assertEquals(await first.until("ready\n"), "ready\n");
    first.send({ type: "resize", columns: 100, rows: 30 });
    assertEquals(await first.next("size"), {
      type: "size",
      columns: 100,
      rows: 30,
      owner: { clientId: "page", name: "" },
    });
    first.type(1, "over there");
    assertEquals(await first.until("over there"), "over there");
    // Over a socket of the other worker, then of this one again.
    for (const [at, target] of [0, 1].entries()) {
      const offset = "ready\nover there".length + 6 * at;
      const next = served.view(target, id, cookie, { clientId, offset });
      await next.next("role");
      next.type(at + 2, `again${at}`);
      assertEquals(await next.until(`again${at}`), `again${at}`);
      if (at === 0) assertEquals(await first.closed, 4004);
    }
  },
);

Deno.test(
  "a session is inspected, resized, signalled, shared and ended through any worker",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const cookie = await served.login(1);
    const id = await served.startIn(0);
    const call = (method: string, path: string, body?: unknown) =>
      served.request(1, method, `sessions/${id}${path}`, { cookie, body });
    const resized = await call("POST", "/size", { columns: 100, rows: 30 });
    assertEquals(resized.status, 204);
    const { columns, rows, exit } = await json(call("GET", ""));
    assertEquals([columns, rows, exit], [100, 30, null]);
    assertEquals(
      await refusal(call("POST", "/size", { columns: 0, rows: 30 })),
      "400 bad_request",
    );
    const { ticket } = await json(call("POST", "/tickets", {}), 201);
    const guest = await served.request(0, "POST", "login", {
      body: { ticket },
    });
    assertEquals(await guest.json(), { role: "view", session: id });
    const signalled = await call("POST", "/signal", { signal: "SIGKILL" });
    assertEquals(signalled.status, 204);
    const viewer = served.view(1, id, cookie);
    assertEquals((await viewer.next("exit")).exit, { signal: "SIGKILL" });
    assertEquals(await viewer.closed, 1000);
    assertEquals((await json(call("GET", ""))).exit, {
      code: null,
      signal: "SIGKILL",
    });
    assertEquals((await call("DELETE", "")).status, 204);
    assertEquals(await refusal(call("GET", "")), "404 not_found");
    const { sessions } = await json(
      served.request(0, "GET", "sessions", { cookie }),
    );
    assertEquals(sessions, []);
  },
);

Deno.test(
  "sessions that the API starts are spread over the workers, and each worker has maxSessions",
  onWorkers,
  async () => {
    await using served = await SharedServed.start({}, { maxSessions: 2 });
    const cookie = await served.login(0);
    const start = () =>
      served.request(0, "POST", "sessions", { cookie, body: {} });
    for (let i = 0; i < 4; i++) await json(start(), 201);
    for (const worker of [0, 1]) {
      const { sessions } = await served.service.ask(
        worker,
        statsHere,
        undefined,
      );
      assertEquals(sessions, 2);
    }
    assertEquals(await refusal(start()), "503 full");
    assertEquals(served.terminal.stats().sessions, 4);
  },
);

Deno.test(
  "the numbers of a terminal are those of all its workers, also of those that are gone",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const cookie = await served.login(0);
    const id = await served.startIn(0);
    const viewer = served.view(1, id, cookie);
    await viewer.until("ready\n");
    viewer.type(1, "12345");
    await viewer.until("12345");
    const { sessions, attachments, logins, inputBytes, attachmentsOpened } =
      served.terminal.stats();
    assertEquals(
      { sessions, attachments, logins, inputBytes, attachmentsOpened },
      {
        sessions: 1,
        attachments: 1,
        logins: 1,
        inputBytes: 5,
        attachmentsOpened: 1,
      },
    );
    const metrics = await served.request(1, "GET", "metrics", { cookie });
    assertMatch(
      await metrics.text(),
      /^troupe_terminal_input_bytes_total 5$/m,
    );
    served.service.tell(0, exit, undefined);
    await served.until(0, "lost");
    await viewer.closed;
    const after = served.terminal.stats();
    assertEquals([after.sessions, after.inputBytes], [0, 5]);
  },
);

Deno.test(
  "the main thread serves the sessions of its workers too, and they those of it",
  onWorkers,
  async () => {
    await using served = await SharedServed.start({
      commands: [RAW_CAT],
      directories: ["/"],
    });
    const here = served.serveHere();
    const cookie = await served.login(1);
    const theirs = await served.startIn(0);
    const ours = (await served.terminal.start()).id;
    for (const [target, id] of [[here, theirs], [0, ours]] as const) {
      const viewer = served.view(target, id, cookie);
      await viewer.until("ready\n");
      viewer.type(1, "typed");
      assertEquals(await viewer.until("typed"), "typed");
    }
  },
);
