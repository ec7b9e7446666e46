import { assertEquals } from "@std/assert";
import type {
  AccessRequest,
  Authorize,
} from "../../../src/terminal/access/authorizer.ts";
import { ErrorCode } from "../../../src/terminal/attach/protocol.ts";
import { Happenings } from "../../support/happenings.ts";
import { bounded } from "../../support/net.ts";
import { json, refusal } from "../http/responses.ts";
import { Served } from "../served.ts";
import { silenced } from "./console.ts";

/** The users of an application, and their roles. */
function application() {
  const roles = new Map<string, "control" | "view">();
  const authorize: Authorize = async ({ user = "", role }) => {
    await Promise.resolve();
    const has = roles.get(user);
    return has === "control" || has === role;
  };
  return { roles, authorize };
}

Deno.test(
  "the application decides about every socket and every call of the API",
  bounded,
  async () => {
    const { roles, authorize } = application();
    const asked: AccessRequest[] = [];
    await using served = new Served({
      authorize: (request) => {
        asked.push(request);
        return authorize(request);
      },
    });
    const { id } = await served.terminal.start();
    roles.set("ada", "control");
    const cookie = await served.login("control", "all", "", { user: "ada" });
    const login = await served.request("GET", "login", { cookie });
    assertEquals((await login.json()).role, "control");
    const calls: readonly [string, string, unknown?][] = [
      ["GET", "metrics"],
      ["GET", `sessions/${id}`],
      ["POST", "sessions", {}],
      ["POST", "tickets", {}],
      ["POST", `sessions/${id}/size`, { columns: 80, rows: 24 }],
      ["POST", `sessions/${id}/signal`, { signal: "SIGWINCH" }],
      ["POST", `sessions/${id}/tickets`, {}],
      ["DELETE", `sessions/${id}`],
    ];
    roles.delete("ada");
    for (const [method, path, body] of calls) {
      asked.length = 0;
      assertEquals<unknown>(
        await refusal(served.request(method, path, { cookie, body })),
        "403 forbidden",
        path,
      );
      const [{ user, session } = {}] = asked;
      assertEquals([user, session], [
        "ada",
        path.includes(id) ? id : "all",
      ]);
    }
    const { sessions } = await json(
      served.request("GET", "sessions", { cookie }),
    );
    assertEquals(sessions, []);
    const viewer = served.view(id, cookie);
    assertEquals((await viewer.frames.next()).type, "error");
    assertEquals(await viewer.closed, 4000 + ErrorCode.UNAUTHORIZED);
    assertEquals(viewer.frames.untaken, 0);
    assertEquals(served.terminal.stats().attachmentsOpened, 0);
    assertEquals(served.terminal.stats().sessions, 1);
  },
);

Deno.test(
  "a user who may only watch gets a read-only socket, whatever the ticket says",
  bounded,
  async () => {
    const { roles, authorize } = application();
    await using served = new Served({ authorize });
    const { id } = await served.terminal.start();
    roles.set("ada", "control");
    const cookie = await served.login("control", "all", "", { user: "ada" });
    const admin = served.view(id, cookie);
    assertEquals((await admin.next("role")).role, "control");
    roles.set("ada", "view");
    assertEquals(await served.terminal.reauthorize("You only watch now"), 1);
    const { code, text } = await admin.next("error");
    assertEquals([code, text], [ErrorCode.UNAUTHORIZED, "You only watch now"]);
    assertEquals(await admin.closed, 4000 + ErrorCode.UNAUTHORIZED);
    const guest = served.view(id, cookie);
    assertEquals((await guest.next("role")).role, "view");
    assertEquals(await served.terminal.reauthorize(), 0);
    const seen = await json(served.request("GET", "login", { cookie }));
    assertEquals<unknown>(seen, {
      commands: [],
      graceMs: 600_000,
      role: "view",
      sessions: [{ id, role: "view" }],
    });
  },
);

Deno.test(
  "a ticket of a user who was deleted gives nothing, and no failure of the application does",
  bounded,
  async () => {
    using log = silenced();
    const outcomes: (() => boolean | Promise<boolean>)[] = [
      () => false,
      () => Promise.reject(new Error("no database")),
      () => {
        throw new Error("broken");
      },
      () => true,
    ];
    await using served = new Served({
      authorize: () => outcomes.shift()?.() ?? false,
    });
    const ticket = served.terminal.ticket({ role: "view", session: "all" });
    const body = { ticket };
    for (let i = 0; i < 3; i++) {
      assertEquals<unknown>(
        await refusal(served.request("POST", "login", { body })),
        "403 forbidden",
      );
    }
    const response = await served.request("POST", "login", { body });
    assertEquals(response.status, 200);
    await response.body?.cancel();
    const { authorizeFailures, logins } = served.terminal.stats();
    assertEquals([log.lines, authorizeFailures, logins], [2, 2, 1]);
  },
);

Deno.test(
  "an application that fails when it is asked again closes the socket",
  bounded,
  async () => {
    using log = silenced();
    let fails = false;
    await using served = new Served({
      authorize: () => fails ? Promise.reject(new Error("no database")) : true,
    });
    const { id } = await served.terminal.start();
    const viewer = served.view(id, await served.login());
    await viewer.next("role");
    fails = true;
    assertEquals(await served.terminal.reauthorize(), 1);
    assertEquals(await viewer.closed, 4000 + ErrorCode.UNAUTHORIZED);
    assertEquals(log.lines, 1);
  },
);

Deno.test(
  "access that is revoked while the application decides is refused",
  bounded,
  async () => {
    const asked = new Happenings<PromiseWithResolvers<boolean>>();
    let isSlow = false;
    await using served = new Served({
      authorize: () => {
        if (!isSlow) return true;
        const step = Promise.withResolvers<boolean>();
        asked.push(step);
        return step.promise;
      },
    });
    const { terminal } = served;
    const { id } = await terminal.start();
    const cookie = await served.login("control", "all", "", { user: "ada" });
    const ticket = terminal.ticket({
      role: "view",
      session: "all",
      user: "ada",
    });
    isSlow = true;
    const body = { ticket };
    const login = refusal(served.request("POST", "login", { body }));
    const start = refusal(
      served.request("POST", "sessions", { cookie, body: {} }),
    );
    const viewer = served.view(id, cookie);
    const steps = [await asked.next(), await asked.next(), await asked.next()];
    terminal.revoke({ user: "ada" });
    for (const { resolve } of steps) resolve(true);
    assertEquals<unknown>(
      [await login, await start],
      ["401 wrong_ticket", "403 forbidden"],
    );
    assertEquals(await viewer.closed, 4000 + ErrorCode.UNAUTHORIZED);
    assertEquals((await viewer.frames.next()).type, "error");
    assertEquals(viewer.frames.untaken, 0);
    assertEquals(terminal.stats().sessions, 1);
  },
);

Deno.test(
  "a browser that leaves while the application decides leaves nothing behind",
  bounded,
  async () => {
    const asked = new Happenings<PromiseWithResolvers<boolean>>();
    let isSlow = false;
    await using served = new Served({
      authorize: () => {
        if (!isSlow) return true;
        const step = Promise.withResolvers<boolean>();
        asked.push(step);
        return step.promise;
      },
    });
    const { terminal } = served;
    const session = await terminal.start();
    const cookie = await served.login();
    isSlow = true;
    const viewer = served.view(session.id, cookie);
    const step = await asked.next();
    viewer.socket.close();
    await viewer.closed;
    while (terminal.stats().attachments > 0) {
      await (await fetch(`http://${served.host}/health`)).body?.cancel();
    }
    const stopped = new Promise<void>((resolve) => {
      served.system.events.subscribe(({ type }) => {
        if (type === "stopped") resolve();
      });
    });
    step.resolve(true);
    await stopped;
    const { controllers, viewers } = await session.inspect();
    assertEquals([controllers, viewers, served.failures], [0, 0, []]);
  },
);

Deno.test(
  "messages that arrive while the application decides are bounded",
  bounded,
  async () => {
    const asked = new Happenings<PromiseWithResolvers<boolean>>();
    let isSlow = false;
    await using served = new Served({
      authorize: () => {
        if (!isSlow) return true;
        const step = Promise.withResolvers<boolean>();
        asked.push(step);
        return step.promise;
      },
    });
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    isSlow = true;
    const viewer = served.view(id, cookie);
    const step = await asked.next();
    await new Promise((resolve) => viewer.socket.onopen = resolve);
    for (let i = 0; i < 65; i++) viewer.send({ type: "ping", id: i });
    assertEquals(await viewer.closed, 4000 + ErrorCode.PROTOCOL);
    step.resolve(true);
  },
);
