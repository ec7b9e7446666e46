import { assertEquals } from "@std/assert";
import {
  initialSessionState,
  type SessionCommand,
  type SessionEvent,
  transition,
} from "../../src/pty/session_state.ts";
import { bounded } from "../support/net.ts";
import { memorySession } from "./ptys.ts";
import { Screen } from "./screen.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";

Deno.test("a session that keeps its end stops for no viewer that has seen it", () => {
  const state = initialSessionState(true);
  const run = (event: SessionEvent): readonly SessionCommand[] =>
    transition(state, event);
  run({ type: "started" });
  run({ type: "presence", presence: "watched" });
  run({ type: "output_ended" });
  assertEquals(run({ type: "program_ended" }), [
    "end_processes",
    "check_processes",
    "conclude",
    "keep",
    "flush",
  ]);
  const seen = { type: "exit_reported", toController: true } as const;
  assertEquals(run({ ...seen, presence: "alone" }), ["drop_gathered"]);
  assertEquals(run({ type: "presence", presence: "watched" }), [
    "report_exit",
  ]);
  assertEquals(run({ ...seen, presence: "watched" }), []);
  assertEquals(run({ ...seen, presence: "alone" }), ["drop_gathered"]);
  // A session that is being stopped ends as any other.
  assertEquals(run({ type: "stop_requested" }).includes("keep"), false);
});

Deno.test(
  "an ended session stays for keepEndedMs, whoever comes and whatever other limits say",
  bounded,
  async () => {
    const clock = new ManualClock();
    const started = memorySession(clock, {
      keepEndedMs: 5000,
      graceMs: 1000,
      idleMs: 2000,
    });
    const { pty, session, system } = started;
    await system.idle();
    pty.say("result");
    pty.end();
    pty.endOutput();
    await system.idle();
    for (let i = 0; i < 4; i++) {
      clock.advance(1000);
      await system.idle();
      const screen = await Screen.of(session);
      await screen.exit();
      assertEquals(screen.text, "result");
    }
    let isOver = false;
    session.ended.then(() => isOver = true);
    clock.advance(999);
    await system.idle();
    assertEquals(isOver, false);
    clock.advance(1);
    await session.ended;
    await system.shutdown();
  },
);
