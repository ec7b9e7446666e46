import { assertEquals, assertRejects } from "@std/assert";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { functionDriver } from "../../../src/load/drivers/function.ts";
import { Shared } from "../../../src/load/drivers/shared.ts";
import { call, issuesOf, openUser } from "./calls.ts";

const DRIVERS = new URL(
  "../../../src/load/drivers/drivers.ts",
  import.meta.url,
);
const TERMINAL = new URL(
  "../../../src/load/terminal/mod.ts",
  import.meta.url,
);
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

Deno.test("a function receives the call and the user, and returns the outcome", async () => {
  const driver = functionDriver({
    count: ({ request }, { number }) => ({ body: [request, number] }),
    nothing: () => {},
  });
  await using user = await openUser(driver);
  const request = { function: "count", by: 2 };
  assertEquals(await user.perform(call(request)), { body: [request, 0] });
  assertEquals(await user.perform(call({ function: "nothing" })), {});
});

Deno.test("a function that throws or does not exist is a failure", async () => {
  const driver = functionDriver({
    fail: () => {
      throw new Error("It is broken");
    },
  });
  await using user = await openUser(driver);
  const fail = call({ function: "fail" });
  await assertRejects(() => user.perform(fail), Error, "It is broken");
  const other = call({ function: "toString" });
  await assertRejects(
    () => user.perform(other),
    DriverError,
    "no function toString",
  );
});

Deno.test("a function that does not exist is refused, with what was probably meant", () => {
  const driver = functionDriver({ count: () => {} });
  assertEquals(issuesOf(driver, { function: "cuont", by: 1 }), [
    'function is "cuont", did you mean "count"?',
  ]);
  assertEquals(issuesOf(driver, {}), [
    'function is missing, it must be "count"',
  ]);
  assertEquals(issuesOf(driver, { function: "count", by: 1 }), []);
});

Deno.test("a shared resource is opened for the first user and closed after the last", async () => {
  const happened: string[] = [];
  const shared = new Shared(() => {
    happened.push("opened");
    return Promise.resolve({
      [Symbol.asyncDispose]: () =>
        Promise.resolve(void happened.push("closed")),
    });
  });
  await Promise.all([shared.acquire(), shared.acquire()]);
  await shared.release();
  assertEquals(happened, ["opened"]);
  await shared.release();
  assertEquals(happened, ["opened", "closed"]);
  await shared.acquire();
  await shared.release();
  assertEquals(happened, ["opened", "closed", "opened", "closed"]);
});

Deno.test("a shared resource that cannot be opened is tried again", async () => {
  let tries = 0;
  const shared = new Shared<AsyncDisposable>(() =>
    Promise.reject(new Error(`No ${++tries}`))
  );
  await assertRejects(() => shared.acquire(), Error, "No 1");
  await assertRejects(() => shared.acquire(), Error, "No 2");
});

Deno.test("the standard drivers are made without any permission, and load no add-on", async () => {
  const program = `
    const { standardDrivers } = await import(${JSON.stringify(DRIVERS.href)});
    const { terminalDriver } = await import(${JSON.stringify(TERMINAL.href)});
    const drivers = { ...standardDrivers(), terminal: terminalDriver() };
    const issues = drivers.terminal.validate({ command: "sh" });
    console.log(Object.keys(drivers).join(), issues.length);
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  try {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", `--config=${CONFIG}`, file],
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr),
      "http,websocket,sse,tcp,logical,web_terminal,terminal 0\n",
    );
  } finally {
    await Deno.remove(file);
  }
});
