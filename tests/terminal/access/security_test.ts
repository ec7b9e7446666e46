import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { commandFor } from "../../../src/terminal/access/command_policy.ts";
import {
  cookieName,
  readCookies,
  setCookie,
} from "../../../src/terminal/access/cookie.ts";
import { Logins } from "../../../src/terminal/access/logins.ts";
import { Problem } from "../../../src/terminal/http/problem.ts";
import {
  findSecret,
  makeSecret,
} from "../../../src/terminal/access/secrets.ts";
import { Tickets } from "../../../src/terminal/access/tickets.ts";
import { TokenBuckets } from "../../../src/terminal/access/token_bucket.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";

Deno.test("a secret is known by its text alone, and only its hash is kept", () => {
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

Deno.test("a ticket is good once", () => {
  const tickets = new Tickets(new ManualClock(), 60_000);
  const grant = { role: "view", session: "a" } as const;
  const text = tickets.issue(grant);
  assertEquals(tickets.redeem(text), grant);
  assertEquals(tickets.redeem(text), undefined);
  assertEquals(tickets.size, 0);
});

Deno.test("a ticket is good for so long", () => {
  const clock = new ManualClock();
  const tickets = new Tickets(clock, 60_000);
  const grant = { role: "control", session: undefined } as const;
  const [first, second] = [tickets.issue(grant), tickets.issue(grant)];
  clock.advance(59_999);
  assertEquals(tickets.redeem(first), grant);
  clock.advance(1);
  assertEquals(tickets.redeem(second), undefined);
});

Deno.test("tickets that nobody uses do not pile up", () => {
  const clock = new ManualClock();
  const tickets = new Tickets(clock, 60_000);
  const grant = { role: "view", session: undefined } as const;
  for (let i = 0; i < 5000; i++) tickets.issue(grant);
  assertEquals(tickets.size, 1000);
  clock.advance(60_000);
  tickets.issue(grant);
  assertEquals(tickets.size, 1);
});

const limits = { loginMs: 1000, loginIdleMs: 100, maxLogins: 2 };

Deno.test("a login ends after loginMs, whatever is done", () => {
  const clock = new ManualClock();
  const logins = new Logins(clock, limits);
  const { token, login } = logins.begin();
  for (let ms = 0; ms < 990; ms += 90) {
    assertEquals(logins.find(token), login);
    clock.advance(90);
  }
  clock.advance(10);
  assertEquals(logins.find(token), undefined);
  assert(login.ended.aborted);
  assertEquals(clock.pending, 0);
});

Deno.test("a login ends when it is not used, unless a viewer is attached", () => {
  const clock = new ManualClock();
  const logins = new Logins(clock, limits);
  const { token, login } = logins.begin();
  login.viewers++;
  clock.advance(150);
  assertEquals(logins.find(token), login);
  login.viewers--;
  clock.advance(150);
  assertEquals(logins.find(token), undefined);
  assert(login.ended.aborted);
});

Deno.test("when there are too many logins, the one unused for longest ends", () => {
  const logins = new Logins(new ManualClock(), limits);
  const [first, second] = [logins.begin(), logins.begin()];
  logins.find(first.token);
  const third = logins.begin();
  assertEquals(logins.find(second.token), undefined);
  assertEquals(logins.find(first.token), first.login);
  assertEquals(logins.find(third.token), third.login);
  logins.close();
  assertEquals(logins.size, 0);
});

Deno.test("a login may do what its tickets say, and no more", () => {
  const { login } = new Logins(new ManualClock(), limits).begin();
  login.add({ role: "view", session: "a" });
  assertEquals(login.roleIn("a"), "view");
  assertEquals(login.roleIn("b"), undefined);
  assertEquals(login.roleIn(undefined), undefined);
  login.add({ role: "control", session: "a" });
  assertEquals(login.roleIn("a"), "control");
  login.add({ role: "view", session: undefined });
  assertEquals(login.roleIn("b"), "view");
  assertEquals(login.roleIn(undefined), "view");
  login.end();
});

Deno.test("a client may try so often in a minute, and others meanwhile", () => {
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

Deno.test("clients that tried once are forgotten, and too many are", () => {
  const clock = new ManualClock();
  const buckets = new TokenBuckets(2, clock);
  for (let i = 0; i < 20_000; i++) buckets.take(`${i}`);
  assertEquals(buckets.clients, 10_000);
  clock.advance(60_000);
  buckets.take("a");
  assertEquals(buckets.clients, 1);
});

Deno.test("a cookie is for this server alone, and for no script and no other site", () => {
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

Deno.test("the first command is started, where the first directory is, with what may be handed on", async () => {
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

Deno.test("arguments are taken where they are allowed", async () => {
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

Deno.test("a link out of an allowed directory does not lead out of it", async () => {
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
