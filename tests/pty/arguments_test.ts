// What the types forbid is refused at run time too.
import { assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import type { AttachOptions } from "../../src/pty/pty_session.ts";
import {
  type PtySpec,
  ptySupervisor,
  type PtySupervisorOptions,
} from "../../src/pty/supervisor_actor.ts";
import { spawnPty } from "../../src/pty/supervisor_calls.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { bounded } from "../support/net.ts";
import { memorySession } from "./ptys.ts";

/** A value as a program without types has it. */
function untyped<T>(value: unknown): T {
  return JSON.parse(
    JSON.stringify(value),
    (_key, inner) => inner === "function" ? () => true : inner,
  );
}

const viewer = { tell: "function" };

for (
  const [options, text] of [
    [
      { graceMS: 1 },
      'option "graceMS" of ptySupervisor(): it is not known, did you mean "graceMs"?',
    ],
    [{ maxSession: 1 }, 'did you mean "maxSessions"?'],
    [{ keptBytes: "1" }, 'keptBytes: it is "1", it must be a number'],
    [{ maxSessions: "1" }, 'maxSessions: it is "1", it must be a number'],
  ] as const
) {
  Deno.test(`a supervisor refuses the options ${JSON.stringify(options)}`, () => {
    assertThrows(
      () => ptySupervisor(untyped<PtySupervisorOptions>(options)),
      TypeError,
      text,
    );
  });
}

for (
  const [spec, text] of [
    [
      { comand: "ls" },
      'option "comand" of spawnPty(): it is not known, did you mean "command"?',
    ],
    [{}, "command: it is missing, it must be a string"],
    [{ command: ["ls"] }, "command: it is an array, it must be a string"],
    [
      { command: "ls", args: "-l" },
      "args: it is a string, it must be an array of strings",
    ],
    [{ command: "ls", args: [1] }, "args: it is 1, it must be a string"],
    [
      { command: "ls", env: "A=1" },
      "env: it is a string, it must be an object of strings",
    ],
    [
      { command: "ls", env: { A: 1 } },
      "env.A: it is a number, it must be a string",
    ],
    [{ command: "ls", cwd: 1 }, "cwd: it is 1, it must be a string"],
    [{ command: "ls", id: 1 }, "id: it is 1, it must be a string"],
    [
      { command: "ls", size: 80 },
      "size: it is a number, it must be { columns, rows }",
    ],
  ] as const
) {
  Deno.test(`a spawn refuses the specification ${JSON.stringify(spec)}`, async () => {
    await using system = new ActorSystem();
    const supervisor = system.spawn(ptySupervisor());
    await assertRejects(
      () => spawnPty(supervisor, untyped<PtySpec>(spec)),
      TypeError,
      text,
    );
  });
}

for (
  const [options, text] of [
    [
      { viewer, rol: "view" },
      'option "rol" of attach(): it is not known, did you mean "role"?',
    ],
    [{ viewer, role: "views" }, 'role: it is "views", did you mean "view"?'],
    [{}, "viewer: it is missing"],
    [{ viewer: {} }, "viewer.tell: it is missing, it must be a function"],
    [{ viewer, offset: "0" }, 'offset: it is "0", it must be a number'],
    [{ viewer, tap: 1 }, "tap: it is a number, it must be true or false"],
    [
      { viewer, signal: "abort" },
      "signal: it is a string, it must be an AbortSignal",
    ],
  ] as const
) {
  Deno.test(`an attach refuses the options ${JSON.stringify(options)}`, async () => {
    await using started = start();
    await assertRejects(
      () => started.session.attach(untyped<AttachOptions>(options)),
      TypeError,
      text,
    );
  });
}

Deno.test(
  "requests with arguments of the wrong type are refused, and the session goes on",
  bounded,
  async () => {
    await using started = start();
    const { session } = started;
    const attachment = await session.attach({ viewer: { tell: () => true } });
    for (const wrong of ["ls\r", 5, null]) {
      await assertRejects(
        () => session.write(untyped(wrong)),
        TypeError,
        "bytes",
      );
    }
    await assertRejects(() => session.resize(untyped(null)), TypeError, "size");
    await assertRejects(() => session.signal(untyped(2)), TypeError, "signal");
    await assertRejects(() => session.interrupt(256), RangeError, "key");
    await assertRejects(
      () => session.interrupt(untyped("\x03")),
      TypeError,
      "key",
    );
    assertThrows(() => attachment.acknowledge(NaN), RangeError, "bytes");
    assertThrows(() => attachment.acknowledge(-1), RangeError, "bytes");
    assertThrows(
      () => attachment.acknowledge(untyped("1")),
      TypeError,
      "bytes",
    );
    await session.inspect();
  },
);

/** A session of a PTY in memory, which ends with the test. */
function start() {
  const { system, session, pty } = memorySession(new ManualClock());
  return {
    session,
    async [Symbol.asyncDispose]() {
      pty.end();
      pty.endOutput();
      await system.shutdown();
    },
  };
}
