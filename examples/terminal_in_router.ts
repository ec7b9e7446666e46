/**
 * A terminal behind the login of an application, which stays in charge: it decides
 * about every request and socket, and a change of role, a log-out or a deleted user
 * counts at once. Programs keep running for 10 minutes without a viewer (`graceMs`).
 *
 * Permissions: --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env
 *
 * Run it:
 * deno run --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env examples/terminal_in_router.ts
 *
 * Log in at the address that it prints, open the terminal, and make changes with
 * another tab: /role?user=ada&role=view, /delete?user=ada or /logout.
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { serveTerminal } from "@troupe/troupe/terminal";

type Role = "control" | "view";

/** The users of the application, and the logins of their browsers. */
const users = new Map<string, Role>([["ada", "control"], ["bob", "view"]]);
const logins = new Map<string, string>();

/** Returns the user of a request to the application, or to the terminal. */
function userOf(headers: Headers): string | undefined {
  const [, id = ""] =
    /(?:^|; )app=([\w-]+)/.exec(headers.get("cookie") ?? "") ??
      [];
  return logins.get(id);
}

await using system = new ActorSystem();
await using shells = serveTerminal(system, {
  prefix: "/terminal/",
  commands: [{ name: "shell", command: "sh" }],
  graceMs: 600_000,
  // May be async, and ask a database. A failure refuses.
  authorize({ user, role, headers }) {
    if (user === undefined || userOf(headers) !== user) return false;
    const has = users.get(user);
    return has === "control" || has === role;
  },
});

/** What an application does with its users; a real one takes only POSTs. */
async function handle(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const name = searchParams.get("user") ?? "";
  const user = userOf(request.headers);
  const isAdmin = users.get(user ?? "") === "control";
  switch (pathname) {
    case "/login": {
      // After a check of the password, which is left out here.
      if (!users.has(name)) return new Response("No such user\n");
      const id = crypto.randomUUID();
      logins.set(id, name);
      return new Response(`Hello ${name}: open /open\n`, {
        headers: { "set-cookie": `app=${id}; Path=/; HttpOnly; SameSite=Lax` },
      });
    }
    case "/open": {
      if (user === undefined || !users.has(user)) break;
      // The most that it allows: what the user may do, `authorize` decides. It
      // replaces what this browser had for another user.
      const ticket = shells.ticket({ role: "control", session: "all", user });
      return Response.redirect(
        new URL(`/terminal/#ticket=${ticket}`, request.url),
      );
    }
    case "/logout": {
      for (const [id, one] of logins) if (one === user) logins.delete(id);
      // The user has no login left, so every open terminal of theirs is closed.
      await shells.reauthorize("You have logged out");
      return new Response("Goodbye\n");
    }
    case "/role": {
      const role = searchParams.get("role");
      if (!isAdmin || !users.has(name)) break;
      if (role !== "control" && role !== "view") break;
      users.set(name, role);
      await shells.reauthorize("Your role has changed: reload the page");
      return new Response(`${name} may ${role}\n`);
    }
    case "/delete":
      if (!isAdmin) break;
      users.delete(name);
      // Also ends the invitations that the user has made.
      shells.revoke({ user: name }, "This user was deleted");
      return new Response(`${name} was deleted\n`);
  }
  return new Response("Log in first: /login?user=ada\n", { status: 404 });
}

await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  (request, info) =>
    new URL(request.url).pathname.startsWith("/terminal/")
      ? shells.fetch(request, info)
      : handle(request),
);
const at = `http://127.0.0.1:${server.addr.port}`;
console.log(`${at}/login?user=ada\nCtrl-C ends it.`);

await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", () => resolve());
});
// Notifies the viewers, before the server drops their connections.
await shells.close();
