import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PtyAttachmentError, PtyError } from "../../../src/pty/errors.ts";
import type {
  AttachmentCommand,
  AttachmentEvent,
} from "../../../src/terminal/attach/attachment_events.ts";
import {
  acceptInput,
  type AttachmentState,
  inputTaken,
  newAttachment,
  transition,
} from "../../../src/terminal/attach/attachment_state.ts";
import {
  ErrorCode,
  TerminalProtocolError,
} from "../../../src/terminal/attach/protocol.ts";

const NOT_ANY_MORE = Number.MAX_SAFE_INTEGER;
const SILENCE_MS = 1000;

const ATTACHED: AttachmentEvent = {
  type: "attached",
  offset: 100,
  size: { columns: 80, rows: 24 },
  answeredTo: 40,
  isAnswered: false,
  owner: undefined,
  serverId: "server",
};

/** Returns the state after some events. */
function after(
  role: AttachmentState["role"],
  ...events: readonly AttachmentEvent[]
): AttachmentState {
  const state = newAttachment(role, SILENCE_MS);
  for (const event of events) transition(state, event);
  return state;
}

function attachedAs(role: AttachmentState["role"]): AttachmentState {
  return after(role, { type: "socket_opened" }, ATTACHED);
}

/** The names of commands, with the types of frames that are sent. */
function namesOf(commands: readonly AttachmentCommand[]): string[] {
  return commands.map((command) =>
    command.type === "send" ? `send ${command.frame.type}` : command.type
  );
}

function closing(code: ErrorCode, text: string): AttachmentCommand[] {
  const error = { type: "error", code, text } as const;
  return [{ type: "close", code: 4000 + code, error }];
}

const FINISHED: AttachmentEvent = { type: "finished", error: undefined };
const CLOSED_IN_ORDER: AttachmentCommand[] = [
  { type: "close", code: 1000, error: undefined },
];

Deno.test("a socket that opens is attached to its session once", () => {
  const state = newAttachment("control", SILENCE_MS);
  assertEquals(transition(state, { type: "socket_opened" }), [
    { type: "attach" },
  ]);
  assertEquals(transition(state, { type: "socket_opened" }), []);
});

Deno.test("a controlling viewer gets its role, the size and an INPUT_ACK, and then its early messages are read", () => {
  const state = after("control", { type: "socket_opened" });
  const early = new ArrayBuffer(1);
  assertEquals(transition(state, { type: "message_arrived", data: early }), []);
  assertEquals(transition(state, ATTACHED), [
    { type: "send", frame: { type: "hello", serverId: "server" } },
    { type: "claim_replies" },
    {
      type: "send",
      frame: { type: "role", role: "control", repliesFrom: 100 },
    },
    {
      type: "send",
      frame: { type: "size", columns: 80, rows: 24, owner: undefined },
    },
    { type: "acknowledge_input" },
    { type: "receive", messages: [early] },
  ]);
  assertEquals(state.early, []);
});

Deno.test("a controlling viewer answers no query that was answered before", () => {
  const state = after("control", { type: "socket_opened" });
  const [, , role] = transition(state, { ...ATTACHED, answeredTo: 250 });
  assertEquals(role, {
    type: "send",
    frame: { type: "role", role: "control", repliesFrom: 250 },
  });
});

Deno.test("a viewer answers no queries if another one does, or if it is read-only", () => {
  for (
    const [role, isAnswered] of [
      ["control", true],
      ["view", true],
      ["view", false],
    ] as const
  ) {
    const state = after(role, { type: "socket_opened" });
    const [, first] = transition(state, { ...ATTACHED, isAnswered });
    assertEquals(first, {
      type: "send",
      frame: { type: "role", role, repliesFrom: NOT_ANY_MORE },
    });
  }
});

Deno.test("the 65th message before the attachment breaks the protocol", () => {
  const state = newAttachment("control", SILENCE_MS);
  const frame = { type: "message_arrived", data: new ArrayBuffer(1) } as const;
  for (let i = 0; i < 64; i++) assertEquals(transition(state, frame), []);
  assertEquals(
    transition(state, frame),
    closing(
      ErrorCode.PROTOCOL,
      "Cannot keep more messages: wait for the ROLE first",
    ),
  );
  assertEquals(state.early, []);
});

Deno.test("a text message breaks the protocol, before the attachment and after it", () => {
  for (
    const state of [newAttachment("view", SILENCE_MS), attachedAs("view")]
  ) {
    const [command] = transition(state, { type: "message_arrived", data: "" });
    assert(command?.type === "close");
    assertEquals(command.error?.code, ErrorCode.PROTOCOL);
  }
});

Deno.test("an attachment that is made after the end is released", () => {
  const state = after("control", { type: "socket_opened" }, {
    type: "access_ended",
    why: "why",
  });
  assertEquals(transition(state, ATTACHED), [{ type: "detach" }]);
  assertEquals(state.phase, "closing");
});

Deno.test("each reason to end has its error, and ends the attachment once", () => {
  const ends: readonly (readonly [AttachmentEvent, ErrorCode])[] = [
    [{ type: "protocol_broken", text: "why" }, ErrorCode.PROTOCOL],
    [{ type: "overflowed" }, ErrorCode.LIMIT],
    [{ type: "access_ended", why: "why" }, ErrorCode.UNAUTHORIZED],
    [{ type: "replaced" }, ErrorCode.REPLACED],
    [{ type: "input_failed" }, ErrorCode.INTERNAL],
    [{ type: "server_stopping" }, ErrorCode.GOING_AWAY],
    [{ type: "failed" }, ErrorCode.INTERNAL],
    [{ type: "attach_failed", error: "gone" }, ErrorCode.NOT_FOUND],
    [
      { type: "attach_failed", error: new PtyAttachmentError("full") },
      ErrorCode.LIMIT,
    ],
    [
      { type: "attach_failed", error: new PtyError("why") },
      ErrorCode.REFUSED,
    ],
  ];
  for (const [event, code] of ends) {
    const state = attachedAs("control");
    const [command, ...others] = transition(state, event);
    assert(command?.type === "close", event.type);
    assertEquals([command.code, command.error?.code], [4000 + code, code]);
    assertEquals(others, []);
    for (const [another] of ends) assertEquals(transition(state, another), []);
  }
});

Deno.test("a viewer that detaches is disconnected without an error", () => {
  const state = attachedAs("view");
  const detach = { type: "requested", frame: { type: "detach" } } as const;
  assertEquals(transition(state, detach), CLOSED_IN_ORDER);
});

Deno.test("the exit is sent before the close", () => {
  const code = attachedAs("view");
  const exit = { code: 7, signal: undefined, error: undefined };
  assertEquals(transition(code, { type: "exited", exit }), [
    { type: "send", frame: { type: "exit", exit: { code: 7 } } },
    { type: "finish", error: undefined },
  ]);
  assertEquals(transition(code, FINISHED), CLOSED_IN_ORDER);

  const signal = attachedAs("view");
  assertEquals(
    transition(signal, {
      type: "exited",
      exit: { code: undefined, signal: "SIGKILL", error: undefined },
    })[0],
    { type: "send", frame: { type: "exit", exit: { signal: "SIGKILL" } } },
  );
});

Deno.test("an exit that does not fit into the socket closes it once, with LIMIT", () => {
  const state = attachedAs("view");
  const exit = { code: 7, signal: undefined, error: undefined };
  transition(state, { type: "exited", exit });
  assertEquals(
    transition(state, { type: "overflowed" }),
    closing(ErrorCode.LIMIT, "The viewer reads too slowly"),
  );
  assertEquals(transition(state, FINISHED), []);
});

Deno.test("an exit with neither code nor signal is an error", () => {
  const state = attachedAs("view");
  const exit = {
    code: undefined,
    signal: undefined,
    error: new PtyError("Cannot end it"),
  };
  const text = "The program could not be ended";
  const code = ErrorCode.INTERNAL;
  const [why, finish, ...others] = transition(state, { type: "exited", exit });
  assertEquals(why, {
    type: "send",
    frame: { type: "error", code: ErrorCode.REFUSED, text: "Cannot end it" },
  });
  const error = { type: "error", code, text } as const;
  assertEquals(finish, { type: "finish", error });
  assertEquals(others, []);
  assertEquals(
    transition(state, { type: "finished", error }),
    closing(code, text),
  );
});

Deno.test("a read-only viewer can neither type nor resize nor send signals", () => {
  const state = attachedAs("view");
  assertEquals(acceptInput(state), "reject");
  for (
    const frame of [
      { type: "input", sequence: 1, bytes: new Uint8Array(1) },
      { type: "resize", columns: 1, rows: 1 },
      { type: "signal", signal: "SIGINT" },
    ] as const
  ) {
    const [command, ...others] = transition(state, {
      type: "requested",
      frame,
    });
    assert(command?.type === "send" && command.frame.type === "error");
    assertEquals(command.frame.code, ErrorCode.READ_ONLY);
    assertEquals(others, []);
  }
  assertEquals(state.phase, "attached");
});

Deno.test("a controlling viewer requests sizes, signals and a PONG", () => {
  const state = attachedAs("control");
  const ask = (
    frame: Extract<AttachmentEvent, { type: "requested" }>["frame"],
  ) => transition(state, { type: "requested", frame });
  assertEquals(ask({ type: "resize", columns: 9, rows: 8 }), [
    { type: "resize", size: { columns: 9, rows: 8 } },
  ]);
  assertEquals(ask({ type: "signal", signal: "SIGINT" }), [
    { type: "signal", signal: "SIGINT" },
  ]);
  assertEquals(ask({ type: "ping", id: 3 }), [
    { type: "send", frame: { type: "pong", id: 3 } },
  ]);
});

Deno.test("the viewer who types answers the queries, until another one types", () => {
  const state = attachedAs("control");
  // It was the first viewer, and answers already.
  assertEquals(acceptInput(state), "type");
  assertEquals(transition(state, { type: "replies_handed_over" }), [{
    type: "send",
    frame: { type: "role", role: "control", repliesFrom: NOT_ANY_MORE },
  }]);
  assertEquals(acceptInput(state), "claim");
  assertEquals(transition(state, { type: "replies_claimed", from: 120 }), [
    { type: "claim_replies" },
    {
      type: "send",
      frame: { type: "role", role: "control", repliesFrom: 120 },
    },
  ]);
  assertEquals(acceptInput(state), "type");
});

Deno.test("input is acknowledged after a second, or after 1,024 bytes", () => {
  const state = attachedAs("control");
  assertEquals(inputTaken(state, 1), "schedule");
  assertEquals(inputTaken(state, 1022), "wait");
  assertEquals(inputTaken(state, 1), "acknowledge");
  assertEquals(inputTaken(state, 1), "schedule");
  assertEquals(transition(state, { type: "input_ack_due" }), [
    { type: "acknowledge_input" },
  ]);
  assertEquals(inputTaken(state, 1023), "schedule");
});

Deno.test("input from an earlier socket is acknowledged with the attachment", () => {
  const state = after("control", { type: "socket_opened" });
  assertEquals(inputTaken(state, 5000), "wait");
  assert(namesOf(transition(state, ATTACHED)).includes("acknowledge_input"));
});

Deno.test("acknowledged output gives credit back, and gaps give none", () => {
  const state = attachedAs("control");
  state.output.sentTo = 150;
  assertEquals(state.output.acknowledge(120), 20);
  state.output.skip(150, 400);
  assertEquals(state.output.acknowledge(400), 30);
  assertThrows(() => state.output.acknowledge(401), TerminalProtocolError);
});

Deno.test("a viewer that is silent for silenceMs is disconnected at the next check", () => {
  const state = attachedAs("control");
  const check = (now: number) =>
    transition(state, { type: "silence_checked", now });
  assertEquals(check(500), []);
  assertEquals(check(1000), []);
  state.isHeard = true;
  assertEquals(check(1400), []);
  assertEquals(check(2399), []);
  assertEquals(
    check(2400),
    closing(ErrorCode.LIMIT, "The viewer was silent for too long"),
  );
});

Deno.test("a socket that is closed, or does not close in time, ends the attachment", () => {
  const left = attachedAs("control");
  assertEquals(namesOf(transition(left, { type: "socket_closed" })), [
    "close",
    "stop",
  ]);
  assertEquals(transition(left, { type: "close_overdue" }), []);

  const cut = after("control", { type: "failed" });
  assertEquals(transition(cut, { type: "close_overdue" }), [{ type: "stop" }]);
  assertEquals(transition(cut, { type: "socket_closed" }), []);
});

// Laws.

const offset = fc.nat(1000);
const events: fc.Arbitrary<AttachmentEvent> = fc.oneof(
  { arbitrary: fc.constant<AttachmentEvent>(ATTACHED), weight: 3 },
  fc.constantFrom<AttachmentEvent>(
    { type: "socket_opened" },
    FINISHED,
    { type: "refused", text: "why" },
    { type: "replies_handed_over" },
    { type: "input_ack_due" },
    { type: "input_failed" },
    { type: "replaced" },
    { type: "access_ended", why: "why" },
    { type: "overflowed" },
    { type: "server_stopping" },
    { type: "failed" },
    { type: "socket_closed" },
    { type: "close_overdue" },
    { type: "protocol_broken", text: "why" },
    { type: "attach_failed", error: new PtyError("why") },
    {
      type: "exited",
      exit: { code: 0, signal: undefined, error: undefined },
    },
    { type: "requested", frame: { type: "detach" } },
    { type: "requested", frame: { type: "ping", id: 1 } },
    { type: "requested", frame: { type: "resize", columns: 1, rows: 1 } },
  ),
  offset.map((now): AttachmentEvent => ({ type: "silence_checked", now })),
  fc.constantFrom("text", new ArrayBuffer(1), new ArrayBuffer(1))
    .map((data): AttachmentEvent => ({ type: "message_arrived", data })),
);
/** Input and output, which are no events. */
const traffic = fc.oneof(
  offset.map((bytes) => ({ type: "output", bytes }) as const),
  offset.map((bytes) => ({ type: "gap", bytes }) as const),
  offset.map((bytes) => ({ type: "taken", bytes }) as const),
  fc.double({ min: 0, max: 1, noNaN: true })
    .map((part) => ({ type: "ack", part }) as const),
);
const steps = fc.array(fc.oneof(events, traffic), { maxLength: 60 });
const roles = fc.constantFrom("control" as const, "view" as const);
/** Which frames overflow the socket. */
const overflows = fc.infiniteStream(
  fc.oneof(
    { arbitrary: fc.constant(false), weight: 9 },
    { arbitrary: fc.constant(true), weight: 1 },
  ),
);

/** Carries the commands out as the actor does, and records them. */
class Interpreter {
  readonly state: AttachmentState;
  readonly done: AttachmentCommand[] = [];
  readonly #overflows: Iterator<boolean>;

  constructor(role: AttachmentState["role"], overflows: Iterable<boolean>) {
    this.state = newAttachment(role, SILENCE_MS);
    this.#overflows = overflows[Symbol.iterator]();
  }

  act(event: AttachmentEvent): void {
    for (const command of transition(this.state, event)) {
      const isFrame = command.type === "send" ||
        command.type === "acknowledge_input";
      if (isFrame && this.#overflows.next().value) {
        return this.act({ type: "overflowed" });
      }
      this.done.push(command);
      if (command.type === "finish") this.act({ ...command, type: "finished" });
    }
  }

  /** Types, as the actor does with an INPUT. */
  type(): void {
    if (this.state.phase !== "attached") return;
    const what = acceptInput(this.state);
    if (what === "claim") this.act({ type: "replies_claimed", from: 0 });
    if (what === "reject") assertEquals(this.state.role, "view");
  }
}

Deno.test("whatever happens, an attachment attaches, closes and stops at most once, and sends nothing afterwards", () => {
  fc.assert(fc.property(roles, overflows, steps, (role, overflows, steps) => {
    const made = new Interpreter(role, overflows);
    for (const step of steps) {
      switch (step.type) {
        case "output":
        case "gap":
          made.state.output.sentTo += step.bytes;
          break;
        case "taken":
          inputTaken(made.state, step.bytes);
          break;
        case "ack":
          made.type();
          break;
        default:
          made.act(step);
      }
    }
    const names = namesOf(made.done);
    const count = (name: string) => names.filter((one) => one === name).length;
    assert(count("attach") <= 1, "attached twice");
    assert(count("close") <= 1, "closed twice");
    assert(count("stop") <= 1, "stopped twice");
    assert(count("send exit") <= 1, "two exits");
    const end = names.indexOf("close");
    const last = end < 0 ? [] : names.slice(end + 1);
    for (const name of last) assert(["detach", "stop"].includes(name), name);
    const stop = names.indexOf("stop");
    // An attachment may still come, and is let go.
    const rest = stop < 0 ? [] : names.slice(stop + 1);
    for (const name of rest) assertEquals(name, "detach");
    const exit = names.indexOf("send exit");
    for (const name of exit < 0 ? [] : names.slice(exit + 1)) {
      assert(["finish", "close", "detach", "stop"].includes(name), name);
    }
    if (role === "view") assertEquals(count("claim_replies"), 0);
    const isOver = ["closing", "closed"].includes(made.state.phase);
    assertEquals(end >= 0, isOver);
    if (isOver) {
      assertEquals([made.state.early, made.state.ownsReplies], [[], false]);
      assertEquals(inputTaken(made.state, 5000), "wait");
    }
  }));
});

Deno.test("whatever is sent, skipped and acknowledged, all credit comes back once and is never negative", () => {
  fc.assert(fc.property(fc.array(traffic), (steps) => {
    const state = attachedAs("view");
    let [sent, credit] = [0, 0];
    const acknowledge = (offset: number) => {
      const bytes = state.output.acknowledge(offset);
      assert(bytes >= 0, `${bytes} bytes`);
      credit += bytes;
      assert(credit <= sent, `${credit} of ${sent} bytes`);
    };
    for (const step of steps) {
      const from = state.output.sentTo;
      if (step.type === "output") {
        sent += step.bytes;
        state.output.sentTo += step.bytes;
      } else if (step.type === "gap" && step.bytes > 0) {
        state.output.skip(from, from + step.bytes);
      } else if (step.type === "ack") acknowledge(Math.floor(from * step.part));
    }
    acknowledge(state.output.sentTo);
    assertEquals(credit, sent);
  }));
});
