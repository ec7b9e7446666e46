import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { terminalDriver } from "../../../src/load/drivers/terminal.ts";
import { PtySpawnError } from "../../../src/pty/errors.ts";
import { onPty } from "../../pty/ptys.ts";
import { call, issuesOf, openUser } from "./calls.ts";

Deno.test("the output of cat ends the operation", onPty, async () => {
  await using user = await openUser(terminalDriver());
  const request = {
    command: "cat",
    input: "hello\r",
    output: { contains: "hello\r\nhello" },
  };
  const { sentBytes, receivedBytes, body } = await user.perform(call(request));
  assertEquals(sentBytes, 6);
  assertEquals(body, "hello\r\nhello\r\n");
  assertEquals(receivedBytes, 14);
});

Deno.test("a user keeps its program between operations", onPty, async () => {
  await using user = await openUser(terminalDriver());
  const sh = { command: "sh", env: { PATH: "/usr/bin:/bin", PS1: "ready>" } };
  await user.perform(call({ ...sh, output: { contains: "ready>" } }));
  await user.perform(
    call({ ...sh, input: "A=4; B=2\r", output: { contains: "ready>" } }),
  );
  const { body } = await user.perform(
    call({
      ...sh,
      input: "echo it is $A$B\r",
      output: { contains: "it is 42" },
    }),
  );
  assertEquals(String(body).includes("it is 42"), true);
});

Deno.test(
  "a program that exits is a failure, and the next operation starts another",
  onPty,
  async () => {
    await using user = await openUser(terminalDriver());
    const sh = { command: "sh", args: ["-c", "read line; exit 3"] };
    const request = call({ ...sh, input: "\r", output: { contains: "never" } });
    for (let i = 0; i < 2; i++) {
      await assertRejects(
        () => user.perform(request),
        DriverError,
        "Cannot use the terminal: the program exited with 3",
      );
    }
  },
);

Deno.test("a command that does not exist is a failure", onPty, async () => {
  await using user = await openUser(terminalDriver());
  await assertRejects(
    () => user.perform(call({ command: "/there/is/none" })),
    PtySpawnError,
  );
});

Deno.test(
  "an operation ends when its signal aborts, and its program too",
  onPty,
  async () => {
    await using user = await openUser(terminalDriver());
    const given = new AbortController();
    const cat = { command: "cat" };
    await user.perform(call(cat));
    const performed = user.perform(
      call(
        { ...cat, input: "hello\r", output: { contains: "never" } },
        given.signal,
      ),
    );
    const reason = new Error("timed out");
    given.abort(reason);
    assertStrictEquals(await assertRejects(() => performed), reason);
  },
);

Deno.test("a wrong request is refused, with what was probably meant", () => {
  assertEquals(
    issuesOf(terminalDriver(), {
      comand: "sh",
      size: { columns: 0, rows: 24 },
      output: { container: "a" },
    }),
    [
      "size.columns is 0, it must be a whole number from 1 to 10000",
      'output.container is not a known field, did you mean "contains"?',
      'comand is not a known field, did you mean "command"?',
    ],
  );
});
