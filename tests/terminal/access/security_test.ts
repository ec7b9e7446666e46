import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { commandFor } from "../../../src/terminal/access/command_policy.ts";
import {
  cookieName,
  readCookies,
  setCookie,
} from "../../../src/terminal/access/cookie.ts";
import { newGrant } from "../../../src/terminal/access/grant_rules.ts";
import { Logins } from "../../../src/terminal/access/logins.ts";
import { Problem } from "../../../src/terminal/http/problem.ts";
import {
  findSecret,
  makeSecret,
} from "../../../src/terminal/access/secrets.ts";
import { Tickets } from "../../../src/terminal/access/tickets.ts";
import { TokenBuckets } from "../../../src/terminal/access/token_bucket.ts";
import { passOf } from "./passes.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";

Deno.test("a secret is recognized by its text, and only its hash is kept", () => {
  const made = makeSecret();
  const other = makeSecret();
  const records = new Map(
    [made, other].map(({ record }) => [record.id, record]),
  );
  assertMatch(made.text, /^[\w-]{16}\.[\w-]{43}$/);
  assertEquals(findSecret(records, made.text), made.record);
  const [id] = made.text.split(".");
  const [, secret] = other.text.split(".");
  for (
    const text of ["", id ?? "", `${id}.`, `${id}.${secret}`, `${made.text}A`]
  ) {
    assertEquals(findSecret(records, text), undefined);
  }
  assert(!JSON.stringify([...records]).includes(made.text.split(".")[1] ?? ""));
});

Deno.test("a ticket is valid once", () => {
  const tickets = new Tickets(new ManualClock(), 60_000);
  const grant = newGrant({ role: "view", session: "a" });
  const text = tickets.issue(grant);
  assertEquals(tickets.redeem(text), grant);
  assertEquals(tickets.redeem(text), undefined);
  assertEquals(tickets.size, 0);
});

Deno.test("a ticket expires after ticketMs", () => {
  const clock = new ManualClock();
  const tickets = new Tickets(clock, 60_000);
  const grant = newGrant({ role: "control", session: "all" });
  const [first, second] = [tickets.issue(grant), tickets.issue(grant)];
  clock.advance(59_999);
  assertEquals(tickets.redeem(first), grant);
  clock.advance(1);
  assertEquals(tickets.redeem(second), undefined);
});

Deno.test("unused tickets do not pile up", () => {
  const clock = new ManualClock();
  const tickets = new Tickets(clock, 60_000);
  const grant = newGrant({ role: "view", session: "all" });
  for (let i = 0; i < 5000; i++) tickets.issue(grant);
  assertEquals(tickets.size, 1000);
  clock.advance(60_000);
  tickets.issue(grant);
  assertEquals(tickets.size, 1);
});

const limits = { loginMs: 1000, loginIdleMs: 100, maxLogins: 2 };

Deno.test("a login ends after loginMs, even while it is used", () => {
  const clock = new ManualClock();
  const logins = new Logins(clock, limits);
  const { token, login } = logins.start();
  for (let ms = 0; ms < 990; ms += 90) {
    assertEquals(logins.find(token), login);
    clock.advance(90);
  }
  clock.advance(10);
  assertEquals(logins.find(token), undefined);
  assert(login.ended.aborted);
  assertEquals(clock.pending, 0);
});

Deno.test("a login ends after loginIdleMs without use, unless a viewer is attached", () => {
  const clock = new ManualClock();
  const logins = new Logins(clock, limits);
  const { token, login } = logins.start();
  const pass = passOf();
  login.open(pass);
  clock.advance(150);
  assertEquals(logins.find(token), login);
  login.remove(pass);
  clock.advance(150);
  assertEquals(logins.find(token), undefined);
  assert(login.ended.aborted);
});

Deno.test("with too many logins, the one unused for longest ends", () => {
  const logins = new Logins(new ManualClock(), limits);
  const [first, second] = [logins.start(), logins.start()];
  logins.find(first.token);
  const third = logins.start();
  assertEquals(logins.find(second.token), undefined);
  assertEquals(logins.find(first.token), first.login);
  assertEquals(logins.find(third.token), third.login);
  logins.close();
  assertEquals(logins.size, 0);
});

Deno.test("a login may do what its tickets allow, and no more", () => {
  const { login } = new Logins(new ManualClock(), limits).start();
  login.add(newGrant({ role: "view", session: "a", replaces: false }));
  assertEquals(login.roleIn("a"), "view");
  assertEquals(login.roleIn("b"), undefined);
  assertEquals(login.roleIn("all"), undefined);
  login.add(newGrant({ role: "control", session: "a", replaces: false }));
  assertEquals(login.roleIn("a"), "control");
  login.add(newGrant({ role: "view", session: "all", replaces: false }));
  assertEquals(login.roleIn("b"), "view");
  assertEquals(login.roleIn("all"), "view");
  login.end();
});

Deno.test("a client has a limited number of attempts a minute, which others do not use up", () => {
  const clock = new ManualClock();
  const buckets = new TokenBuckets(2, clock);
  assertEquals([buckets.take("a"), buckets.take("a")], [0, 0]);
  assertEquals(buckets.take("a"), 30_000);
  assertEquals(buckets.take("b"), 0);
  clock.advance(29_000);
  assertEquals(buckets.take("a"), 1000);
  clock.advance(1000);
  assertEquals(buckets.take("a"), 0);
  assertEquals(buckets.take("a"), 30_000);
});

Deno.test("clients are forgotten after a while, or when they are too many", () => {
  const clock = new ManualClock();
  const buckets = new TokenBuckets(2, clock);
  for (let i = 0; i < 20_000; i++) buckets.take(`${i}`);
  assertEquals(buckets.clients, 10_000);
  clock.advance(60_000);
  buckets.take("a");
  assertEquals(buckets.clients, 1);
});

Deno.test("a cookie is for this server only, and hidden from scripts and other sites", () => {
  const open = { prefix: "/terminal/", secure: false };
  assertEquals(
    setCookie("localhost:7681", "x.y", open),
    "troupe-terminal-7681=x.y; Path=/terminal/; HttpOnly; SameSite=Strict",
  );
  assertEquals(
    setCookie("term.example", "x.y", { ...open, secure: true }),
    "__Secure-troupe-terminal-443=x.y; Path=/terminal/; HttpOnly; SameSite=Strict; Secure",
  );
  assertMatch(setCookie("localhost", "", open), /Max-Age=0$/);
  const name = cookieName("localhost:7681", open);
  const headers = new Headers({
    cookie: `troupe-terminal-7682=no; ${name}=x.y; other=z`,
  });
  assertEquals(readCookies(headers, name), ["x.y"]);
  assertEquals(readCookies(headers, "troupe-terminal-80"), []);
});

const policy = {
  commands: [
    { name: "shell", command: "/bin/sh" },
    {
      name: "log",
      command: "tail",
      args: ["-f"],
      allowArgs: (args: readonly string[]) =>
        args.every((arg) => /^[a-z]+\.log$/.test(arg)),
      env: { LOG: "1" },
    },
  ],
  directories: ["/usr", "/etc"],
  passEnv: ["PATH", "NOT_SET_ANYWHERE"],
  env: { COLORTERM: "truecolor" },
};

Deno.test("the first command starts in the first directory, with the environment that is passed on", async () => {
  assertEquals(await commandFor(policy, {}), {
    command: "/bin/sh",
    args: [],
    cwd: "/usr",
    env: {
      LANG: "C.UTF-8",
      PATH: Deno.env.get("PATH") ?? "",
      COLORTERM: "truecolor",
    },
  });
});

Deno.test("arguments are accepted where they are allowed", async () => {
  const spec = await commandFor(policy, { command: "log", args: ["a.log"] });
  assertEquals(spec.args, ["-f", "a.log"]);
  assertEquals(spec.env?.LOG, "1");
});

Deno.test("a command, argument or directory that is not allowed is refused", async () => {
  for (
    const request of [
      { command: "/bin/sh" },
      { command: "constructor" },
      { args: ["-c", "true"] },
      { command: "log", args: ["--help"] },
      { cwd: "/" },
      { cwd: "/usrs" },
      { cwd: "/usr/../tmp" },
      { cwd: "/no/such/directory" },
      { cwd: "usr" },
      { cwd: "" },
    ]
  ) {
    const problem = await assertRejects(
      () => commandFor(policy, request),
      Problem,
    );
    assertEquals(problem.status, 403, JSON.stringify(request));
  }
  assertEquals((await commandFor(policy, { cwd: "/usr/bin/.." })).cwd, "/usr");
});

Deno.test("a symbolic link does not lead out of an allowed directory", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.symlink("/", `${directory}/out`);
    const rules = { ...policy, directories: [directory] };
    await assertRejects(
      () => commandFor(rules, { cwd: `${directory}/out` }),
      Problem,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
