import { assert, assertEquals } from "@std/assert";
import type { OperationOutcome } from "../../../src/load/driver.ts";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import type { RunOptions } from "../../../src/load/run_options.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { validateScenario } from "../../../src/load/scenario/validate_scenario.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { ANY_MACHINE, drive, TestDriver } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";

function step(name: string, more: Record<string, string> = {}) {
  return { name, driver: "test", request: { step: name, ...more } };
}

const closed: Scenario = {
  name: "members",
  load: {
    model: "closed",
    users: 2,
    thinkTime: { distribution: "constant", ms: 100 },
  },
  phases: { steadyMs: 950 },
  userSetup: [
    {
      ...step("login", { user: "${user.number}" }),
      capture: { token: "body" },
    },
    step("enter", { token: "${token}" }),
  ],
  operations: [
    step("buy", { token: "${token}" }),
    {
      name: "visit",
      steps: [
        { ...step("look", { token: "${token}" }), capture: { id: "body" } },
        step("see", { token: "${token}", id: "${id}" }),
      ],
    },
  ],
  userTeardown: [step("logout", { token: "${token}" })],
};

const open: Scenario = {
  ...closed,
  load: {
    model: "open",
    arrivalsPerSecond: 50,
    arrivals: "constant",
    maxUsers: 30,
  },
};

type Request = Record<string, unknown>;

/** Runs a scenario; each step takes 20 ms, and a login 200. */
async function run(
  scenario: Scenario,
  options: {
    readonly fails?: (request: Request, count: number) => boolean;
    readonly hangs?: (request: Request) => boolean;
    readonly run?: RunOptions;
  } = {},
): Promise<{ result: LoadResult; requests: Request[]; clock: ManualClock }> {
  const clock = new ManualClock();
  const requests: Request[] = [];
  const driver = new TestDriver(({ request }, { number }) => {
    requests.push({ ...request, by: number });
    const count = requests.filter(({ step }) => step === request.step).length;
    if (options.hangs?.(request)) return new Promise(() => {});
    return new Promise<OperationOutcome>((resolve, reject) =>
      clock.schedule(
        request.step === "login" ? 200 : 20,
        () =>
          options.fails?.(request, count)
            ? reject(new Error("no"))
            : resolve({ body: `t-${number}` }),
      )
    );
  });
  const manager = new LoadTestManager({
    drivers: { test: driver },
    clock,
    health: ANY_MACHINE,
  });
  const result = await drive(clock, manager.run(scenario, options.run), 5);
  assertEquals(driver.opened, driver.closed, "sessions are closed");
  clock.advance(60_000);
  assertEquals(clock.pending, 0, "no timer goes on");
  return { result, requests, clock };
}

for (const scenario of [closed, open]) {
  const { model } = scenario.load;
  Deno.test(`in the ${model} model each user is set up once before its first iteration, and torn down when it ends`, async () => {
    const { result, requests } = await run(scenario);
    assertEquals(result.verdict, "passed", `${result.reasons}`);
    const users = new Set(requests.map(({ by }) => by));
    assertEquals(users.size, result.users.started);
    for (const user of users) {
      const own = requests.filter(({ by }) => by === user);
      const steps = own.map(({ step }) => step);
      assertEquals(steps.slice(0, 2), ["login", "enter"]);
      assertEquals(steps.at(-1), "logout");
      assertEquals(own[0]?.user, user);
      assertEquals(
        steps.filter((step) => /login|enter|logout/.test(`${step}`)).length,
        3,
      );
      for (const { token } of own.slice(1)) assertEquals(token, `t-${user}`);
    }
  });

  Deno.test(`in the ${model} model a setup is in no figure and no latency`, async () => {
    const { result, requests } = await run(scenario);
    const performed = requests.filter(({ step }) =>
      /buy|look|see/.test(`${step}`)
    ).length;
    const [buy, visit, look, see] = result.operations.map(({ accounting }) =>
      accounting.ok
    );
    assertEquals(result.total.dropped, 0);
    assertEquals(performed, (buy ?? 0) + (look ?? 0) + (see ?? 0));
    assertEquals(result.total.planned, (buy ?? 0) + (visit ?? 0));
    // A flow of two steps takes 40 ms, and one that waits for a login 200 more.
    assert((result.steady.latency.max ?? Infinity) < 100);
  });
}

Deno.test("an iteration whose user cannot be set up has failed, and the next one begins anew", async () => {
  const { result, requests } = await run(closed, {
    fails: ({ step }, count) => step === "enter" && count <= 3,
  });
  assertEquals(result.total.failed, 3);
  assertEquals(result.total.planned, result.total.ok + 3);
  assertEquals(requests.filter(({ step }) => step === "login").length, 5);
  assertEquals(
    result.steady.errors.map(({ message }) => message),
    ["LoadTestError: userSetup/enter failed: no"],
  );
  // The service would be called again and again otherwise.
  const never = await run(closed, { fails: ({ step }) => step === "login" });
  assertEquals(never.result.verdict, "failed");
  assertEquals(never.result.total.ok, 0);
  assertEquals(
    never.requests.filter(({ step }) => step === "logout"),
    [],
    "whoever is not set up is not torn down",
  );
});

Deno.test("a step of a setup that takes too long fails the iteration", async () => {
  const [login, enter] = closed.userSetup ?? [];
  assert(login !== undefined && enter !== undefined);
  const { result } = await run({
    ...closed,
    userSetup: [{ ...login, timeoutMs: 300 }, enter],
  }, { hangs: ({ step, user }) => step === "login" && user === 0 });
  const [error] = result.steady.errors;
  assertEquals(
    error?.message,
    "LoadTestError: userSetup/login failed: it took longer than 300 ms",
  );
  assertEquals(result.users.replaced, 0);
});

Deno.test("a user who replaces another is set up as well, and one that timed out is not torn down", async () => {
  const { result, requests } = await run({
    ...closed,
    operations: [{ ...step("buy", { token: "${token}" }), timeoutMs: 150 }],
  }, {
    hangs: ({ step, token }) => step === "buy" && token === "t-0",
  });
  assertEquals(result.users.replaced, 1);
  const of = (step: string) =>
    requests.filter((request) => request.step === step).map(({ by }) => by);
  assertEquals(of("login").sort(), [0, 1, 2]);
  assertEquals(of("logout").sort(), [1, 2]);
});

Deno.test("a teardown that fails is a warning with its count", async () => {
  const { result } = await run(closed, {
    fails: ({ step }) => step === "logout",
  });
  assertEquals(result.verdict, "passed", `${result.reasons}`);
  assertEquals(
    result.warnings.filter((warning) => warning.includes("teardown")),
    [
      "The teardown of virtual users failed (2 times): LoadTestError: userTeardown/logout failed: no",
    ],
  );
});

Deno.test("users are torn down after a run that is aborted", async () => {
  const abort = new AbortController();
  const long = { ...closed, phases: { steadyMs: 60_000 } };
  const { result, requests } = await run(long, {
    run: {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    },
  });
  assertEquals(result.verdict, "aborted");
  assertEquals(
    requests.filter(({ step }) => step === "logout").length,
    result.users.started,
  );
});

Deno.test(
  "users on several threads are set up with cookies of their own",
  bounded,
  async () => {
    const sessions = new Set<string>();
    let [bought, strangers, ended] = [0, 0, 0];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      ({ url, headers }) => {
        const { pathname, searchParams } = new URL(url);
        if (pathname === "/login") {
          const id = `${searchParams.get("user")}`;
          sessions.add(id);
          return Response.json({ id }, {
            headers: { "set-cookie": `session=${id}` },
          });
        }
        const id = headers.get("cookie")?.replace("session=", "") ?? "";
        if (id !== searchParams.get("id") || !sessions.has(id)) strangers++;
        if (pathname === "/logout") ended++;
        else bought++;
        return new Response("ok");
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const request = (path: string) => ({
      driver: "http",
      request: { url: `${url}/${path}` },
    });
    const manager = new LoadTestManager({
      drivers: standardDrivers(),
      health: ANY_MACHINE,
    });
    const result = await manager.run({
      name: "threads",
      load: {
        model: "closed",
        users: 4,
        thinkTime: { distribution: "constant", ms: 20 },
      },
      phases: { steadyMs: 300 },
      userSetup: [{
        name: "login",
        ...request("login?user=${user.number}"),
        capture: { id: "body.id" },
      }],
      operations: [{ name: "buy", ...request("buy?id=${id}") }],
      userTeardown: [{ name: "logout", ...request("logout?id=${id}") }],
    }, { workers: 2 });
    assertEquals(result.verdict, "passed", `${result.reasons}`);
    assertEquals([...sessions].sort(), ["0", "1", "2", "3"]);
    assertEquals([strangers, ended], [0, 4]);
    assertEquals(bought, result.total.planned);
  },
);

Deno.test("what is wrong with a setup of users is refused", () => {
  const { errors } = validateScenario({
    ...closed,
    setup: [{ ...step("once"), capture: { admin: "body" } }],
    userSetup: [
      { ...step("a", { id: "${token}" }), capture: { token: "body" } },
      { ...step("b"), capture: { admin: "body" } },
    ],
    operations: [{
      name: "flow",
      steps: [{ ...step("c"), capture: { token: "body" } }],
    }],
    userTeardown: [step("d", { id: "${tokn}" })],
    teardown: [step("e", { id: "${token}" })],
  });
  const messages = errors.map(({ message }) => message);
  assertEquals(messages.length, 5, messages.join("\n"));
  assertEquals(
    messages.filter((message) => message.includes("choose another name")),
    [
      "userSetup[1].capture.admin is captured by the setup, choose another name",
      "operations[0].steps[0].capture.token is captured by the userSetup, choose another name",
    ],
  );
  for (
    const [place, name] of [
      ["userSetup[0]", "${token}"],
      ["userTeardown[0]", "${tokn}"],
      // The service is torn down by whoever set it up, not by a user.
      ["teardown[0]", "${token}"],
    ]
  ) {
    assert(
      messages.some((message) =>
        message.startsWith(`${place}.request.id has ${name}`)
      ),
      place,
    );
  }
});
