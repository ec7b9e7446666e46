import { assertInstanceOf, assertRejects } from "@std/assert";
import { realClock } from "../../src/actor/clock.ts";
import { ConnectError } from "../../src/session/errors.ts";
import type { Connect } from "../../src/tcp/open_socket.ts";
import { dial } from "../../src/tcp_conn/dial.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** Nobody ever answers; only the signal ends it. */
const nobody: Connect = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

Deno.test("a dial that nobody answers ends after dialMs", async () => {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const dialled = dial(
    { port: 1 },
    { signal, dialMs: 5000, clock },
    nobody,
  );
  clock.advance(5000);
  await assertRejects(() => dialled, ConnectError, "within 5000 ms");
});

Deno.test("a dial is given up with its signal, with the reason as cause", async () => {
  const owner = new AbortController();
  const options = { signal: owner.signal, dialMs: 5000, clock: realClock };
  const dialled = dial({ port: 1 }, options, nobody);
  const reason = new RangeError("no interest");
  owner.abort(reason);
  const error = await assertRejects(() => dialled, ConnectError);
  assertInstanceOf(error.cause, RangeError);
});
