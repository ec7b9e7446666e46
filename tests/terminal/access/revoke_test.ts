import { assertEquals, assertThrows } from "@std/assert";
import { Problem } from "../../../src/terminal/http/problem.ts";
import { ErrorCode } from "../../../src/terminal/attach/protocol.ts";
import { bounded } from "../../support/net.ts";
import { json, refusal } from "../http/responses.ts";
import { Served, type Viewer } from "../served.ts";

const UNAUTHORIZED = 4000 + ErrorCode.UNAUTHORIZED;

/** Checks that a viewer is disconnected, and reads why. */
async function isSent(viewer: Viewer, why: string): Promise<void> {
  const { code, text } = await viewer.next("error");
  assertEquals([code, text], [ErrorCode.UNAUTHORIZED, why]);
  assertEquals(await viewer.closed, UNAUTHORIZED);
  assertEquals(viewer.reason, why);
}

/** Checks that a viewer still types. */
async function isThere(viewer: Viewer): Promise<void> {
  viewer.send({ type: "ping", id: 1 });
  await viewer.next("pong");
}

Deno.test(
  "a guest who logs in after an administrator in the same browser is a guest everywhere",
  bounded,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    const cookie = await served.login("control");
    const admins = served.view(id, cookie);
    await admins.next("role");
    assertEquals(await served.login("view", id, cookie), cookie);
    await isSent(
      admins,
      "Another ticket was used in this browser: reload the page",
    );
    const login = await json(served.request("GET", "login", { cookie }));
    assertEquals<unknown>(login, {
      commands: [],
      graceMs: 600_000,
      role: null,
      sessions: [{ id, role: "view" }],
    });
    assertEquals((await served.view(id, cookie).next("role")).role, "view");
  },
);

Deno.test(
  "revoking a user closes the sockets and ends the logins and tickets of that user, and no others",
  bounded,
  async () => {
    await using served = new Served();
    const { terminal } = served;
    const { id } = await terminal.start();
    const ada = await served.login("control", "all", "", { user: "ada" });
    const bob = await served.login("control", "all", "", { user: "bob" });
    const unused = terminal.ticket({
      role: "view",
      session: "all",
      user: "ada",
    });
    const [adas, bobs] = [served.view(id, ada), served.view(id, bob)];
    await Promise.all([adas.next("role"), bobs.next("role")]);
    assertEquals(terminal.revoke({ user: "ada" }, "You were dismissed"), 2);
    await isSent(adas, "You were dismissed");
    await isThere(bobs);
    assertEquals<unknown>(
      await refusal(served.request("GET", "sessions", { cookie: ada })),
      "401 login_needed",
    );
    const body = { ticket: unused };
    assertEquals<unknown>(
      await refusal(served.request("POST", "login", { body })),
      "401 wrong_ticket",
    );
    assertEquals(terminal.stats().logins, 1);
    assertEquals(terminal.revoke({ user: "ada" }), 0);
  },
);

Deno.test(
  "revoking a login ends its invitations, used or not, and theirs",
  bounded,
  async () => {
    await using served = new Served();
    const { terminal } = served;
    const { id } = await terminal.start();
    const ada = await served.login("control", "all", "", { user: "ada" });
    const invite = async (cookie: string, role: string) =>
      (await json(
        served.request("POST", `sessions/${id}/tickets`, {
          cookie,
          body: { role },
        }),
        201,
      )).ticket;
    const enter = async (ticket: string) => {
      const body = { ticket };
      const response = await served.request("POST", "login", { body });
      await response.body?.cancel();
      return response.headers.get("set-cookie")?.split(";")[0] ?? "";
    };
    const guest = await enter(await invite(ada, "control"));
    const guests = served.view(id, await enter(await invite(guest, "view")));
    const unused = await invite(guest, "view");
    await guests.next("role");
    // Also after the login that invited has ended by itself.
    await served.request("DELETE", "login", { cookie: ada });
    await isThere(guests);
    assertEquals(terminal.revoke({ user: "ada" }), 3);
    await isSent(guests, "Your access was revoked");
    const body = { ticket: unused };
    assertEquals<unknown>(
      await refusal(served.request("POST", "login", { body })),
      "401 wrong_ticket",
    );
    assertEquals(terminal.stats().logins, 0);
  },
);

Deno.test(
  "a login takes back its invitations to a session, used or not, and no others",
  bounded,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    const ada = await served.login();
    const bob = await served.login();
    const invite = async (cookie: string) =>
      (await json(
        served.request("POST", `sessions/${id}/tickets`, { cookie, body: {} }),
        201,
      )).ticket;
    const enter = async (ticket: string) => {
      const body = { ticket };
      const response = await served.request("POST", "login", { body });
      await response.body?.cancel();
      return response.headers.get("set-cookie")?.split(";")[0] ?? "";
    };
    const guest = served.view(id, await enter(await invite(ada)));
    const other = served.view(id, await enter(await invite(bob)));
    const unused = await invite(ada);
    for (const viewer of [guest, other]) await viewer.next("role");
    const take = (path: string, cookie: string) =>
      json(served.request("DELETE", path, { cookie }));
    // Those to all sessions are others.
    assertEquals<unknown>(await take("tickets", ada), { revoked: 0 });
    const path = `sessions/${id}/tickets`;
    assertEquals<unknown>(await take(path, ada), { revoked: 2 });
    await isSent(guest, "Your invitation was revoked");
    await isThere(other);
    assertEquals<unknown>(
      await refusal(
        served.request("POST", "login", { body: { ticket: unused } }),
      ),
      "401 wrong_ticket",
    );
    assertEquals<unknown>(await take(path, ada), { revoked: 0 });
  },
);

Deno.test(
  "revoking a session sends everybody out of it, and out of no other",
  bounded,
  async () => {
    await using served = new Served();
    const { terminal } = served;
    const [one, two] = [await terminal.start(), await terminal.start()];
    const cookie = await served.login();
    const guest = await served.login("view", one.id);
    const viewers = [served.view(one.id, cookie), served.view(one.id, guest)];
    const other = served.view(two.id, cookie);
    await Promise.all([...viewers, other].map((one) => one.next("role")));
    assertEquals(terminal.revoke({ session: one.id }), 2);
    for (const viewer of viewers) {
      await isSent(viewer, "Your access was revoked");
    }
    await isThere(other);
    const { sessions } = await json(
      served.request("GET", "sessions", { cookie }),
    );
    assertEquals(sessions.map(({ id }) => id), [two.id]);
    const again = await served.login("control", "all", cookie);
    await served.view(one.id, again).next("role");
  },
);

Deno.test(
  "a function chooses what to revoke; if it throws, nothing is",
  bounded,
  async () => {
    await using served = new Served();
    const { terminal } = served;
    const { id } = await terminal.start();
    const [admin, guest] = [
      served.view(id, await served.login("control")),
      served.view(id, await served.login("view", id)),
    ];
    await Promise.all([admin.next("role"), guest.next("role")]);
    assertThrows(
      () =>
        terminal.revoke(({ role }) => {
          if (role === "view") throw new Error("broken");
          return true;
        }),
      Error,
      "broken",
    );
    await isThere(admin);
    assertEquals(terminal.revoke(({ role }) => role === "control"), 1);
    await isSent(admin, "Your access was revoked");
    await isThere(guest);
  },
);

Deno.test(
  "a ticket for a session that does not exist is refused",
  bounded,
  async () => {
    await using served = new Served();
    const { terminal } = served;
    assertThrows(
      () => terminal.ticket({ role: "view", session: "no-such-session" }),
      Problem,
      "no session",
    );
    const { id } = await terminal.start();
    terminal.ticket({ role: "view", session: id });
  },
);
