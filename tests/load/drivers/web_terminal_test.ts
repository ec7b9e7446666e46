import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { webTerminalDriver } from "../../../src/load/drivers/web_terminal.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { onPty } from "../../pty/ptys.ts";
import { RAW_CAT, Served } from "../../terminal/served.ts";
import { call, issuesOf, openUser } from "./calls.ts";

/** A request to a served terminal. */
function requestTo(served: Served): { url: string; ticket: string } {
  return {
    url: `http://${served.host}/`,
    ticket: served.terminal.ticket({ role: "control", session: "all" }),
  };
}

Deno.test(
  "input is echoed over the protocol of the browser",
  onPty,
  async () => {
    await using served = new Served();
    await using user = await openUser(webTerminalDriver());
    const request = requestTo(served);
    await user.perform(call({ ...request, output: { contains: "ready" } }));
    for (const input of ["hello", "grüezi"]) {
      const { body, sentBytes } = await user.perform(
        call({ ...request, input, output: { contains: input } }),
      );
      assertEquals(body, input);
      assertEquals(sentBytes, new TextEncoder().encode(input).length);
    }
  },
);

Deno.test(
  "an operation ends with its output, and does not wait for the acknowledgement of its input",
  onPty,
  async () => {
    // The time at which the server acknowledges a few bytes never comes.
    await using served = new Served(undefined, new ManualClock());
    await using user = await openUser(webTerminalDriver());
    const request = requestTo(served);
    await user.perform(call({ ...request, output: { contains: "ready" } }));
    for (const input of ["a", "b"]) {
      const { body } = await user.perform(
        call({ ...request, input, output: { contains: input } }),
      );
      assertEquals(body, input);
    }
  },
);

Deno.test(
  "all users log in with one ticket, and the session of each ends with it",
  onPty,
  async () => {
    await using served = new Served();
    const driver = webTerminalDriver();
    const request = call({
      ...requestTo(served),
      output: { contains: "ready" },
    });
    {
      await using ada = await openUser(driver);
      await using bob = await openUser(driver);
      await Promise.all([ada.perform(request), bob.perform(request)]);
      assertEquals(served.terminal.stats().sessions, 2);
    }
    assertEquals(served.terminal.stats().sessions, 0);
  },
);

Deno.test(
  "input and output larger than all windows arrive complete",
  onPty,
  async () => {
    await using served = new Served();
    await using user = await openUser(webTerminalDriver());
    const request = requestTo(served);
    await user.perform(call({ ...request, output: { contains: "ready" } }));
    const input = `${"0123456789".repeat(60_000)}end`;
    const { receivedBytes } = await user.perform(
      call({ ...request, input, output: { contains: "end" } }),
    );
    assertEquals(receivedBytes, input.length);
  },
);

Deno.test("a wrong ticket is a failure", onPty, async () => {
  await using served = new Served();
  await using user = await openUser(webTerminalDriver());
  await assertRejects(
    () => user.perform(call({ ...requestTo(served), ticket: "wrong" })),
    DriverError,
    "Cannot request login: the status of the response is 401",
  );
});

Deno.test("a program that exits is a failure", onPty, async () => {
  const sh = { name: "sh", command: "sh", args: ["-c", "read line"] };
  await using served = new Served({ commands: [RAW_CAT, sh] });
  await using user = await openUser(webTerminalDriver());
  const request = { ...requestTo(served), command: "sh", input: "\n" };
  await assertRejects(
    () => user.perform(call({ ...request, output: { contains: "never" } })),
    DriverError,
    "Cannot use the terminal: the program has exited",
  );
});

Deno.test(
  "an operation ends when its signal aborts, and its session too",
  onPty,
  async () => {
    await using served = new Served();
    await using user = await openUser(webTerminalDriver());
    const request = requestTo(served);
    await user.perform(call({ ...request, output: { contains: "ready" } }));
    const given = new AbortController();
    const performed = user.perform(
      call({ ...request, input: "a", output: { contains: "b" } }, given.signal),
    );
    const reason = new Error("timed out");
    given.abort(reason);
    assertStrictEquals(await assertRejects(() => performed), reason);
  },
);

Deno.test("a wrong request is refused, with what was probably meant", () => {
  assertEquals(
    issuesOf(webTerminalDriver(), { url: "ws://a/", tickets: "a" }),
    [
      "url starts with ws:, it must start with http: or https:",
      'tickets is not a known field, did you mean "ticket"?',
    ],
  );
});
