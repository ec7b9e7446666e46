import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import type { TroupeError } from "../../src/actor/errors.ts";
import {
  HandshakeTimeoutError,
  KeepAliveError,
  SocketLostError,
} from "../../src/session/errors.ts";
import { SessionRefusedError } from "../../src/session/handshake.ts";
import {
  initialSocketState,
  isReading,
  type SocketCommand,
  type SocketEvent,
  type SocketPhase,
  type SocketState,
  transition,
} from "../../src/session/socket_state.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";

const FRAME: SocketEvent = {
  type: "first_frame",
  frameType: 9,
  payload: new Uint8Array([1, 2, 3]),
};
const DECIDED: SocketEvent = { type: "decided" };
const ATTACHED: SocketEvent = { type: "attached" };
const STOPPED: SocketEvent = { type: "stopped" };
const LOST = new SocketLostError("The socket broke: reset");
const SILENCE = new KeepAliveError("no sign of life");

/** A socket that has been through these events. */
function after(...events: SocketEvent[]): SocketState {
  const state = initialSocketState();
  for (const event of events) transition(state, event);
  return state;
}

function typesOf(commands: readonly SocketCommand[]): string[] {
  return commands.map(({ type }) => type);
}

Deno.test("the first frame of a socket is decided upon, and no other comes before that", () => {
  const state = initialSocketState();
  assertEquals(transition(state, FRAME), [
    { type: "decide", frameType: 9, payload: new Uint8Array([1, 2, 3]) },
  ]);
  assertEquals(state.phase, "deciding");
  const [command] = transition(state, FRAME);
  assertEquals(command?.type, "reject_frame");
  assert(command?.type === "reject_frame");
  assertInstanceOf(command.cause, ProtocolError);
  assertEquals(
    command.cause.message,
    "The peer sends a frame of type 9 before the handshake is done",
  );
  assertEquals(state.phase, "deciding");
});

Deno.test("a socket attaches its session once that is decided, and reports it when that succeeds", () => {
  const state = after(FRAME);
  assertEquals(typesOf(transition(state, DECIDED)), ["attach"]);
  assertEquals(state.phase, "deciding");
  assertEquals(typesOf(transition(state, ATTACHED)), [
    "report_attached",
    "start_keep_alive",
    "write",
  ]);
  assertEquals(state.phase, "attached");
});

Deno.test("a socket that has ended attaches to nothing any more", () => {
  const state = after(FRAME, { type: "failed", cause: LOST });
  assertEquals(transition(state, DECIDED), []);
  assertEquals(state.phase, "ended");
});

Deno.test("a handshake that fails is refused by a GOAWAY with its code", () => {
  const cases: [TroupeError, code: ErrorCode, retryAfterMs: number][] = [
    [new ProtocolError("bad", ErrorCode.VERSION), ErrorCode.VERSION, 0],
    [
      new SessionRefusedError("full", ErrorCode.CALM, { retryAfterMs: 7 }),
      ErrorCode.CALM,
      7,
    ],
    [new HandshakeTimeoutError("slow"), ErrorCode.TIMEOUT, 0],
  ];
  for (const [cause, code, retryAfterMs] of cases) {
    for (const before of [[], [FRAME], [FRAME, DECIDED]]) {
      const state = after(...before);
      const isRecognized = before.length === 2;
      assertEquals(transition(state, { type: "failed", cause }), [
        { type: "stop_timers" },
        { type: "refuse", code, text: cause.message, retryAfterMs },
        { type: "report_end", cause, isRecognized },
      ]);
      assertEquals(state.phase, "ended");
    }
  }
});

Deno.test("a handshake whose socket broke is refused by nothing", () => {
  const state = after(FRAME);
  const cause = LOST;
  assertEquals(transition(state, { type: "failed", cause }), [
    { type: "stop_timers" },
    { type: "report_end", cause, isRecognized: false },
  ]);
});

Deno.test("a failure after the handshake is left to the session to report", () => {
  const cause = new ProtocolError("bad");
  const state = after(FRAME, DECIDED, ATTACHED);
  assertEquals(transition(state, { type: "failed", cause }), [
    { type: "stop_timers" },
    { type: "report_end", cause, isRecognized: true },
  ]);
});

Deno.test("a silent socket is closed before its end is reported, and writes no last bytes", () => {
  const state = after(FRAME, DECIDED, ATTACHED);
  assertEquals(transition(state, { type: "silent", cause: SILENCE }), [
    { type: "close" },
    { type: "stop_timers" },
    { type: "report_end", cause: SILENCE, isRecognized: true },
  ]);
  assertEquals(transition(state, STOPPED), [
    { type: "stop_timers" },
    { type: "close" },
  ]);
});

Deno.test("a socket that is stopped writes its last bytes, whatever it was doing", () => {
  const failed: SocketEvent = { type: "failed", cause: LOST };
  const traces: SocketEvent[][] = [
    [],
    [FRAME],
    [FRAME, DECIDED, ATTACHED],
    [failed],
    [FRAME, DECIDED, ATTACHED, failed],
  ];
  for (const trace of traces) {
    const state = after(...trace);
    assertEquals(typesOf(transition(state, STOPPED)), [
      "stop_timers",
      "finish",
    ]);
    assertEquals(state.phase, "closing");
  }
});

Deno.test("isReading() is true until a socket has ended or stops", () => {
  const failed: SocketEvent = { type: "failed", cause: LOST };
  assert(isReading(after()));
  assert(isReading(after(FRAME)));
  assert(isReading(after(FRAME, DECIDED, ATTACHED)));
  assert(!isReading(after(failed)));
  assert(!isReading(after(STOPPED)));
});

const events: fc.Arbitrary<SocketEvent> = fc.constantFrom<SocketEvent[]>(
  FRAME,
  DECIDED,
  ATTACHED,
  STOPPED,
  { type: "failed", cause: LOST },
  { type: "failed", cause: new ProtocolError("bad") },
  { type: "failed", cause: new HandshakeTimeoutError("slow") },
  { type: "silent", cause: SILENCE },
);

const ORDER: readonly SocketPhase[] = [
  "greeting",
  "deciding",
  "attached",
  "ended",
  "closing",
];

Deno.test("a socket goes through its phases in one direction, and reports each end once", () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 30 }), (trace) => {
      const state = initialSocketState();
      const seen: string[] = [];
      for (const event of trace) {
        const before = state.phase;
        const types = typesOf(transition(state, event));
        assert(ORDER.indexOf(state.phase) >= ORDER.indexOf(before));
        // Nothing is decided, attached, refused or reported after the end.
        if (before === "ended" || before === "closing") {
          const late = types.filter((type) =>
            !/^(stop_timers|close|finish)$/.test(type)
          );
          assertEquals(late, []);
        }
        // Whoever is attached is not refused.
        if (before === "attached") assert(!types.includes("refuse"));
        // What ends ends its timers.
        if (isReading({ ...state, phase: before }) && !isReading(state)) {
          assert(types.includes("stop_timers"));
        }
        seen.push(...types);
      }
      for (
        const once of [
          "report_end",
          "report_attached",
          "decide",
          "refuse",
          "finish",
        ]
      ) {
        assert(seen.filter((type) => type === once).length <= 1, once);
      }
      // Nothing is written to a socket that was closed.
      const closed = seen.indexOf("close");
      if (closed >= 0) assert(!seen.slice(closed).includes("finish"));
      if (seen.includes("report_end")) {
        assert(
          trace.some(({ type }) => type === "failed" || type === "silent"),
        );
      }
    }),
  );
});
