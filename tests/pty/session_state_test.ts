import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  initialSessionState,
  type Presence,
  type SessionCommand,
  type SessionEvent,
  type SessionState,
  transition,
} from "../../src/pty/session_state.ts";

/** A session after some events, in which only the last commands matter. */
function after(...events: SessionEvent[]): {
  state: SessionState;
  commands: readonly SessionCommand[];
} {
  const state = initialSessionState();
  let commands: readonly SessionCommand[] = [];
  for (const event of events) commands = transition(state, event);
  return { state, commands };
}

const presence = (presence: Presence): SessionEvent => ({
  type: "presence",
  presence,
});
const demand = (wanted: boolean): SessionEvent => ({ type: "demand", wanted });
const reported = (toController: boolean, presence: Presence): SessionEvent => ({
  type: "exit_reported",
  toController,
  presence,
});
const overdue = (progress: boolean): SessionEvent => ({
  type: "other_end_overdue",
  progress,
});
const started: SessionEvent = { type: "started" };
const outputEnded: SessionEvent = { type: "output_ended" };
const programEnded: SessionEvent = { type: "program_ended" };
const stopRequested: SessionEvent = { type: "stop_requested" };

Deno.test("reading pauses when nobody wants output, and resumes when somebody does", () => {
  assertEquals(after(demand(true)).commands, []);
  assertEquals(after(demand(false)).commands, ["pause"]);
  assertEquals(after(demand(false), demand(false)).commands, []);
  assertEquals(after(demand(false), demand(true)).commands, ["resume"]);
});

Deno.test("output that a program leaves unread is read to its end, even without demand", () => {
  assertEquals(after(demand(false), programEnded).commands, [
    "end_processes",
    "check_processes",
    "resume",
    "await_other_end",
  ]);
  assertEquals(after(programEnded, demand(false)).commands, []);
});

Deno.test("output that has ended is neither paused nor resumed", () => {
  assertEquals(after(outputEnded, demand(false)).commands, []);
  assertEquals(after(demand(false), outputEnded, demand(true)).commands, []);
});

Deno.test("a session is over when the program and its output have ended", () => {
  const ends = ["conclude", "expire_after_grace", "flush"] as const;
  assertEquals(after(programEnded, outputEnded).commands, ends);
  assertEquals(after(outputEnded, programEnded).commands, [
    "end_processes",
    "check_processes",
    ...ends,
  ]);
  assertEquals(after(programEnded, outputEnded).state.phase, "over");
});

Deno.test("a program without its terminal is ended when it does not end by itself", () => {
  assertEquals(after(outputEnded).commands, ["await_other_end"]);
  assertEquals(after(outputEnded, overdue(false)).commands, ["end_processes"]);
});

Deno.test("a terminal that others keep open is closed once they are silent", () => {
  assertEquals(after(programEnded, overdue(true)).commands, [
    "await_other_end",
  ]);
  assertEquals(after(programEnded, overdue(false)).commands, [
    "close_terminal",
  ]);
  assertEquals(after(programEnded, outputEnded, overdue(false)).commands, []);
});

Deno.test("a session that nobody watches has a grace period, which a viewer ends", () => {
  assertEquals(after(started).commands, ["start_grace"]);
  assertEquals(after(started, presence("watched")).commands, ["cancel_grace"]);
  const left = [started, presence("watched"), presence("alone")];
  assertEquals(after(...left).commands, ["drop_gathered", "start_grace"]);
  assertEquals(after(...left, presence("alone")).commands, []);
});

Deno.test("a tap neither starts nor cancels the grace period", () => {
  assertEquals(after(started, presence("tapped")).commands, []);
  assertEquals(after(started, presence("tapped"), presence("alone")).commands, [
    "drop_gathered",
  ]);
  assertEquals(
    after(started, presence("watched"), presence("tapped")).commands,
    ["start_grace"],
  );
});

Deno.test("a session that is over stops when a controller has seen the exit and nobody is left", () => {
  const over = [started, presence("watched"), programEnded, outputEnded];
  assertEquals(after(...over, presence("watched")).commands, ["report_exit"]);
  assertEquals(after(...over, reported(true, "alone")).commands, ["stop"]);
  assertEquals(after(...over, reported(true, "watched")).commands, []);
  assertEquals(
    after(...over, reported(true, "watched"), reported(false, "alone"))
      .commands,
    ["stop"],
  );
  assertEquals(after(...over, reported(false, "alone")).commands, [
    "drop_gathered",
    "start_grace",
  ]);
});

Deno.test("a stop reads what is left and ends the processes, and then waits for the program", () => {
  const ends = ["end_processes", "await_order", "await_processes"] as const;
  assertEquals(after(stopRequested).commands, ends);
  assertEquals(after(demand(false), stopRequested).commands, [
    "resume",
    ...ends,
  ]);
  const gone: SessionEvent = { type: "processes_ended" };
  assertEquals(after(stopRequested, gone).commands, ["await_other_end"]);
  assertEquals(after(stopRequested, programEnded, gone).commands, []);
  assertEquals(after(stopRequested, gone, overdue(false)).commands, [
    "close_terminal",
  ]);
});

Deno.test("a session that is being stopped reports nothing by itself and has no grace period", () => {
  assertEquals(after(stopRequested, presence("alone")).commands, []);
  assertEquals(after(stopRequested, programEnded, outputEnded).commands, [
    "conclude",
    "flush",
  ]);
  assertEquals(
    after(programEnded, outputEnded, stopRequested, presence("alone")).commands,
    [],
  );
});

Deno.test("a stop that is not in order kills the processes", () => {
  const late: SessionEvent = { type: "order_overdue" };
  assertEquals(after(stopRequested, late).commands, ["kill_processes"]);
  assertEquals(
    after(stopRequested, { type: "stopped_in_order" }, late).commands,
    [],
  );
});

const anyPresence = fc.constantFrom<Presence>("watched", "tapped", "alone");

/** Anything that the session may notice, but for what is checked below. */
const anyEvent: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.boolean().map(demand),
  anyPresence.map(presence),
  fc.boolean().map(overdue),
  fc.constantFrom<SessionEvent>(
    outputEnded,
    programEnded,
    stopRequested,
    { type: "stopped_in_order" },
    { type: "order_overdue" },
    { type: "processes_ended" },
  ),
  fc.tuple(fc.boolean(), anyPresence).map(([seen, left]) =>
    reported(seen, left)
  ),
);

/** Events that come once, or not before others. */
function canCome({ type }: SessionEvent, past: ReadonlySet<string>): boolean {
  switch (type) {
    case "output_ended":
    case "program_ended":
    case "stop_requested":
      return !past.has(type);
    case "exit_reported":
      return past.has("output_ended") && past.has("program_ended") &&
        !past.has("stop_requested");
    case "stopped_in_order":
    case "order_overdue":
    case "processes_ended":
      return past.has("stop_requested") && !past.has(type);
    default:
      return true;
  }
}

Deno.test("whatever happens in whatever order, decisions keep the laws of a session", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const state = initialSessionState();
      const past = new Set<string>();
      const done = new Map<SessionCommand, number>();
      const count = (command: SessionCommand) => done.get(command) ?? 0;
      let reading = true;
      let waits = false;
      let grace = true;
      transition(state, started);
      for (const event of events) {
        if (!canCome(event, past)) continue;
        past.add(event.type);
        if (event.type === "other_end_overdue") {
          if (!waits) continue;
          waits = false;
        }
        const outputOver = past.has("output_ended");
        const programOver = past.has("program_ended");
        const stopping = past.has("stop_requested");
        for (const command of transition(state, event)) {
          done.set(command, count(command) + 1);
          switch (command) {
            case "pause":
            case "resume":
              assert(!outputOver, "output that has ended is left alone");
              assertEquals(reading, command === "pause");
              reading = command === "resume";
              break;
            case "await_other_end":
              assert(!(outputOver && programOver));
              waits = true;
              break;
            case "start_grace":
            case "cancel_grace":
              assert(!stopping, "a session that stops has no grace period");
              assertEquals(grace, command === "cancel_grace");
              grace = command === "start_grace";
              break;
            case "report_exit":
            case "stop":
              assert(outputOver && programOver, "the end is not over");
              assert(!stopping, "it stops already");
              break;
            case "kill_processes":
              assert(!past.has("stopped_in_order"));
          }
        }
        const over = outputOver && programOver;
        assertEquals(state.phase === "over", over);
        assertEquals(count("conclude"), over ? 1 : 0, "it is over once");
        if (!outputOver && (programOver || stopping)) {
          assert(reading, "output that is left is read to its end");
        }
        if (programOver || stopping) {
          assert(count("end_processes") > 0, "its processes end with it");
        }
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a session that is stopped comes to its end, also when only its terminal can end the program", () => {
  const history = fc.array(anyEvent, { maxLength: 20 });
  fc.assert(
    fc.property(history, fc.boolean(), (events, obeysSignals) => {
      const state = initialSessionState();
      const past = new Set<string>();
      const coming: SessionEvent[] = [];
      /** What comes of a command, some time later. */
      const consequences = (command: SessionCommand): SessionEvent[] => {
        switch (command) {
          case "end_processes":
          case "kill_processes":
            return obeysSignals ? [programEnded] : [];
          case "close_terminal":
            return [outputEnded, programEnded];
          case "await_other_end":
            return [overdue(false)];
          case "await_order":
            return [{ type: "order_overdue" }];
          case "await_processes":
            return [{ type: "processes_ended" }];
          default:
            return [];
        }
      };
      const apply = (event: SessionEvent): void => {
        if (!canCome(event, past)) return;
        past.add(event.type);
        coming.push(...transition(state, event).flatMap(consequences));
      };
      apply(started);
      for (const event of events) apply(event);
      // A program that ignores signals ends when it has lost its terminal.
      if (!obeysSignals && past.has("output_ended")) apply(programEnded);
      apply(stopRequested);
      for (let event; (event = coming.shift()) !== undefined;) apply(event);
      assertEquals(state.phase, "over");
    }),
    { numRuns: 2000 },
  );
});
