import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import {
  ConnectError,
  KeepAliveError,
  ResumeLostError,
  SessionLostError,
  SocketLostError,
} from "../../src/session/errors.ts";
import type { Link } from "../../src/session/socket_port.ts";
import {
  initialPeerState,
  type PeerCommand,
  type PeerEvent,
  type PeerFacts,
  type PeerRules,
  type PeerState,
  transition,
} from "../../src/session/peer_state.ts";
import type { SessionPhase } from "../../src/session/session_phase.ts";
import {
  ProtocolError,
  TruncatedError,
} from "../../src/session/wire/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";

const remote = { hostname: "127.0.0.1", port: 1 };
const LINK: Link = { wake() {}, stop() {} };

const DIALLER: PeerRules = {
  remote,
  dials: true,
  retryUntil: 0,
  resumeMs: 1000,
};
const LISTENER: PeerRules = { ...DIALLER, dials: false };

/** A session with a socket and a connection, of which something is under way. */
const BUSY: PeerFacts = {
  now: 0,
  connections: 1,
  hasOpened: true,
  isDelivered: false,
  hasSocket: true,
};
/** The same when everything is over and known to be. */
const IDLE: PeerFacts = { ...BUSY, connections: 0, isDelivered: true };

const STARTED: PeerEvent = { type: "started" };
const ATTACHED: PeerEvent = { type: "attached" };
const CLOSE: PeerEvent = { type: "close" };
const DRAIN: PeerEvent = { type: "drain", retryAfterMs: 70 };
const CHECK: PeerEvent = { type: "check" };
const STOPPED: PeerEvent = { type: "stopped" };
const BROKEN = new SocketLostError("The socket broke: reset");
const REFUSED = new ConnectError("nobody there");

function ended(
  cause: unknown,
  isCurrent = true,
  isRecognized = true,
): PeerEvent {
  return { type: "ended", cause, link: LINK, isCurrent, isRecognized };
}

/** A peer that has been through these events, with its session busy. */
function after(rules: PeerRules, ...events: PeerEvent[]): PeerState {
  const state = initialPeerState();
  for (const event of events) transition(state, event, rules, BUSY);
  return state;
}

function typesOf(commands: readonly PeerCommand[]): string[] {
  return commands.map(({ type }) => type);
}

/** What is reported of the session, and with which end. */
function reportsOf(commands: readonly PeerCommand[]): unknown[] {
  return commands.flatMap((command) => {
    if (command.type === "report") return [command.state.phase];
    return command.type === "report_end" ? [command.cause] : [];
  });
}

/** The session is lost, and no connection fails with an error of a socket. */
function assertLostWith(
  commands: readonly PeerCommand[],
  socketError: SocketLostError,
): void {
  const [phase, lost] = reportsOf(commands);
  assertEquals(phase, "lost");
  assertInstanceOf(lost, SessionLostError);
  assertEquals(lost.code, undefined);
  assertEquals(lost.cause, socketError);
}

Deno.test("a peer that dials reports that it connects, and dials", () => {
  assertEquals(transition(initialPeerState(), STARTED, DIALLER, IDLE), [
    { type: "report", state: { phase: "connecting", remote } },
    { type: "dial" },
  ]);
});

Deno.test("a peer that does not dial waits for its first socket", () => {
  assertEquals(transition(initialPeerState(), STARTED, LISTENER, IDLE), [
    { type: "await_first_socket" },
  ]);
});

Deno.test("the first socket makes the session ready, and each has the next epoch", () => {
  const state = after(DIALLER, STARTED);
  assertEquals(transition(state, ATTACHED, DIALLER, IDLE), [
    { type: "cancel_wait" },
    { type: "report", state: { phase: "connected", remote, epoch: 1 } },
    { type: "ready" },
    { type: "check" },
  ]);
  transition(state, ended(BROKEN), DIALLER, BUSY);
  assertEquals(transition(state, ATTACHED, DIALLER, BUSY), [
    { type: "cancel_wait" },
    { type: "report", state: { phase: "connected", remote, epoch: 2 } },
    { type: "check" },
  ]);
});

Deno.test("a first dial that fails is tried again until `retryUntil`", () => {
  const rules = { ...DIALLER, retryUntil: 100 };
  const state = after(rules, STARTED);
  const failed: PeerEvent = { type: "dial_failed", cause: REFUSED };
  for (const attempts of [0, 1, 2]) {
    assertEquals(transition(state, failed, rules, { ...IDLE, now: 99 }), [
      { type: "dial_later", attempts },
    ]);
  }
  const commands = transition(state, failed, rules, { ...IDLE, now: 100 });
  assertEquals(typesOf(commands), [
    "fail",
    "stop_socket",
    "report",
    "report_end",
    "stop",
  ]);
  assertEquals(reportsOf(commands), ["lost", REFUSED]);
});

Deno.test("a socket that is lost is replaced while the session lives", () => {
  const state = after(DIALLER, STARTED, ATTACHED);
  assertEquals(transition(state, ended(BROKEN), DIALLER, BUSY), [
    { type: "detach", link: LINK },
    { type: "report", state: { phase: "resuming", remote, cause: BROKEN } },
    { type: "await_resume" },
    { type: "dial_later", attempts: 0 },
    { type: "stop_link", link: LINK },
  ]);
  // The wait for a socket goes on.
  const failed: PeerEvent = { type: "dial_failed", cause: REFUSED };
  assertEquals(transition(state, failed, DIALLER, BUSY), [
    { type: "dial_later", attempts: 1 },
  ]);
});

Deno.test("the count of attempts starts again after each socket", () => {
  const failed: PeerEvent = { type: "dial_failed", cause: REFUSED };
  const state = after(
    DIALLER,
    STARTED,
    ATTACHED,
    ended(BROKEN),
    failed,
    failed,
  );
  assertEquals(state.attempts, 3);
  transition(state, ATTACHED, DIALLER, BUSY);
  assertEquals(state.attempts, 0);
});

Deno.test("a peer that does not dial waits for another socket", () => {
  const state = after(LISTENER, STARTED, ATTACHED);
  assertEquals(typesOf(transition(state, ended(BROKEN), LISTENER, BUSY)), [
    "detach",
    "report",
    "await_resume",
    "stop_link",
  ]);
  assertEquals(state.phase, "resuming");
});

Deno.test("a frame that was cut is a lost socket, and other faults end the session", () => {
  const state = after(LISTENER, STARTED, ATTACHED);
  transition(state, ended(new TruncatedError("cut")), LISTENER, BUSY);
  assertEquals(state.phase, "resuming");
  transition(state, ATTACHED, LISTENER, BUSY);
  const cause = new ProtocolError("bad", ErrorCode.FLOW_CONTROL);
  assertEquals(transition(state, ended(cause), LISTENER, BUSY), [
    {
      type: "go_away",
      code: ErrorCode.FLOW_CONTROL,
      text: "bad",
      retryAfterMs: 0,
    },
    { type: "fail", cause },
    { type: "stop_socket" },
    { type: "report", state: { phase: "lost", remote, cause } },
    { type: "report_end", cause },
    { type: "stop" },
    { type: "stop_link", link: LINK },
  ]);
});

Deno.test("a wrong answer to a redial is a refusal, and to a first dial the end", () => {
  const cause = new ProtocolError("it begins with HTTP");
  const wrong = ended(cause, true, false);
  const state = after(DIALLER, STARTED, ATTACHED, ended(BROKEN));
  for (const attempts of [1, 2]) {
    assertEquals(transition(state, wrong, DIALLER, BUSY), [
      { type: "detach", link: LINK },
      { type: "dial_later", attempts },
      { type: "stop_link", link: LINK },
    ]);
  }
  const due: PeerEvent = { type: "resume_due" };
  const [, lost] = reportsOf(transition(state, due, DIALLER, BUSY));
  assertInstanceOf(lost, ResumeLostError);
  assertEquals(lost.cause, cause);
  assertEquals(
    lost.message,
    "The session was without a socket for over 1000 ms; the last attempt: it begins with HTTP",
  );

  const first = after({ ...DIALLER, retryUntil: 100 }, STARTED);
  assertEquals(reportsOf(transition(first, wrong, DIALLER, BUSY)), [
    "lost",
    cause,
  ]);
});

Deno.test("a socket that another one has replaced ends without consequences", () => {
  const state = after(LISTENER, STARTED, ATTACHED);
  assertEquals(
    typesOf(transition(state, ended(BROKEN, false), LISTENER, BUSY)),
    [
      "detach",
      "stop_link",
    ],
  );
  const cause = new ProtocolError("bad");
  assertEquals(
    typesOf(transition(state, ended(cause, false), LISTENER, BUSY)),
    [
      "stop_link",
    ],
  );
  assertEquals(state.phase, "connected");
});

Deno.test("a session that was idle on the dialling side is not resumed", () => {
  const state = after(DIALLER, STARTED, ATTACHED);
  const commands = transition(state, ended(BROKEN), DIALLER, IDLE);
  assertLostWith(commands, BROKEN);
  // Before it has opened anything, it is about to.
  const fresh = after(DIALLER, STARTED, ATTACHED);
  transition(fresh, ended(BROKEN), DIALLER, { ...IDLE, hasOpened: false });
  assertEquals(fresh.phase, "resuming");
  // And the listening side does not know what is on its way.
  const listening = after(LISTENER, STARTED, ATTACHED);
  transition(listening, ended(BROKEN), LISTENER, IDLE);
  assertEquals(listening.phase, "resuming");
});

Deno.test("a session with a `resumeMs` of 0 ends with its socket", () => {
  const rules = { ...LISTENER, resumeMs: 0 };
  const state = after(rules, STARTED, ATTACHED);
  const commands = transition(state, ended(BROKEN), rules, BUSY);
  assertLostWith(commands, BROKEN);
});

Deno.test("a session that was without a socket for too long is lost", () => {
  const state = after(DIALLER, STARTED, ATTACHED, ended(BROKEN));
  const due: PeerEvent = { type: "resume_due" };
  const commands = transition(state, due, DIALLER, BUSY);
  const [phase, cause] = reportsOf(commands);
  assertEquals(phase, "lost");
  assertInstanceOf(cause, ResumeLostError);
  assertEquals(
    cause.message,
    "The session was without a socket for over 1000 ms",
  );
});

Deno.test("silence of the other side is a lost socket, and sends TIMEOUT if the session ends with it", () => {
  const cause = new KeepAliveError("no sign of life");
  const state = after(DIALLER, STARTED, ATTACHED);
  const [, report] = transition(state, ended(cause), DIALLER, BUSY);
  assertEquals(report?.type, "report");
  assertEquals(state.phase, "resuming");
  const rules = { ...DIALLER, resumeMs: 0 };
  const other = after(rules, STARTED, ATTACHED);
  const [, goAway] = transition(other, ended(cause), rules, BUSY);
  assertEquals(goAway, {
    type: "go_away",
    code: ErrorCode.TIMEOUT,
    text: "no sign of life",
    retryAfterMs: 0,
  });
});

Deno.test("closing fails the connections, and waits until the other side has everything", () => {
  const state = after(DIALLER, STARTED, ATTACHED);
  assertEquals(typesOf(transition(state, CLOSE, DIALLER, BUSY)), [
    "go_away",
    "fail",
    "await_close",
    "check",
  ]);
  assertEquals(transition(state, CLOSE, DIALLER, BUSY), []);
  const rest = { ...BUSY, connections: 0 };
  assertEquals(transition(state, CHECK, DIALLER, rest), []);
  const commands = transition(state, CHECK, DIALLER, IDLE);
  const [phase, cause] = reportsOf(commands);
  assertEquals(phase, "closed");
  assertInstanceOf(cause, SessionLostError);
  assertEquals(cause.code, ErrorCode.NONE);
  assertEquals(typesOf(commands).at(-1), "stop");
});

Deno.test("each acknowledgement while closing gives the other side as much time again", () => {
  const acknowledged: PeerEvent = { type: "acknowledged" };
  const open = after(DIALLER, STARTED, ATTACHED);
  assertEquals(transition(open, acknowledged, DIALLER, BUSY), []);
  const state = after(DIALLER, STARTED, ATTACHED, CLOSE);
  assertEquals(transition(state, acknowledged, DIALLER, BUSY), [
    { type: "await_close" },
  ]);
  const commands = transition(state, acknowledged, DIALLER, IDLE);
  assertEquals(reportsOf(commands)[0], "closed");
});

Deno.test("closing that takes too long ends in order all the same", () => {
  const state = after(DIALLER, STARTED, ATTACHED, CLOSE);
  const due: PeerEvent = { type: "close_due" };
  assertEquals(reportsOf(transition(state, due, DIALLER, BUSY))[0], "closed");
});

Deno.test("closing is at once before the first socket, and without a socket when nothing is under way", () => {
  const unready = after(DIALLER, STARTED);
  assertEquals(
    reportsOf(transition(unready, CLOSE, DIALLER, BUSY))[0],
    "closed",
  );
  const state = after(LISTENER, STARTED, ATTACHED, ended(BROKEN));
  const alone = { ...IDLE, hasSocket: false };
  assertEquals(
    reportsOf(transition(state, CLOSE, LISTENER, alone))[0],
    "closed",
  );
});

Deno.test("a socket that is lost while the session closes is replaced, to deliver the rest", () => {
  const state = after(DIALLER, STARTED, ATTACHED, CLOSE);
  const rest = { ...BUSY, connections: 0 };
  const commands = transition(state, ended(BROKEN), DIALLER, rest);
  assertEquals(reportsOf(commands), ["resuming"]);
});

Deno.test("draining sends a GOAWAY, and closes with the last connection", () => {
  const state = after(LISTENER, STARTED, ATTACHED);
  assertEquals(transition(state, DRAIN, LISTENER, BUSY), [
    {
      type: "go_away",
      code: ErrorCode.GOING_AWAY,
      text: "draining",
      retryAfterMs: 70,
    },
    { type: "check" },
  ]);
  assertEquals(transition(state, CHECK, LISTENER, BUSY), []);
  const last = { ...BUSY, connections: 0 };
  assertEquals(typesOf(transition(state, CHECK, LISTENER, last)), [
    "go_away",
    "fail",
    "await_close",
    "check",
  ]);
});

Deno.test("a session whose other side goes away closes with the last connection", () => {
  const state = after(DIALLER, STARTED, ATTACHED);
  const away: PeerEvent = { type: "going_away" };
  assertEquals(transition(state, away, DIALLER, BUSY), []);
  assertEquals(transition(state, CHECK, DIALLER, BUSY), []);
  const last = { ...BUSY, connections: 0 };
  assertEquals(typesOf(transition(state, CHECK, DIALLER, last))[0], "go_away");
});

Deno.test("a session without connections closes at the third check for idleness in a row", () => {
  const state = after(LISTENER, STARTED, ATTACHED);
  const checked: PeerEvent = { type: "idle_checked" };
  for (const connections of [0, 0, 1, 0, 0]) {
    const facts = { ...IDLE, connections };
    assertEquals(transition(state, checked, LISTENER, facts), []);
  }
  assertEquals(
    typesOf(transition(state, checked, LISTENER, IDLE))[0],
    "go_away",
  );
});

Deno.test("a peer that is stopped sends a GOAWAY, and has reported its end once", () => {
  const state = after(DIALLER, STARTED, ATTACHED);
  const commands = transition(state, STOPPED, DIALLER, BUSY);
  assertEquals(typesOf(commands), [
    "go_away",
    "fail",
    "stop_socket",
    "report",
    "report_end",
  ]);
  assertEquals(reportsOf(commands)[0], "closed");
  const other = after(DIALLER, STARTED, ATTACHED, { type: "close_due" });
  assertEquals(typesOf(transition(other, STOPPED, DIALLER, BUSY)), [
    "go_away",
    "fail",
    "stop_socket",
  ]);
});

// Laws: whatever happens, in whatever order.

const causes = fc.constantFrom<unknown>(
  BROKEN,
  REFUSED,
  new TruncatedError("cut"),
  new ProtocolError("bad"),
  new KeepAliveError("silent"),
  new SessionLostError("closed", { code: ErrorCode.NONE }),
  new SessionLostError("failed", { code: ErrorCode.INTERNAL }),
);

const events: fc.Arbitrary<PeerEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(ATTACHED) },
  {
    weight: 4,
    arbitrary: fc.tuple(causes, fc.boolean(), fc.boolean()).map((
      [cause, isCurrent, isRecognized],
    ) => ended(cause, isCurrent, isRecognized)),
  },
  {
    weight: 2,
    arbitrary: causes.map((cause): PeerEvent => ({
      type: "dial_failed",
      cause,
    })),
  },
  fc.constantFrom<PeerEvent[]>(
    CHECK,
    CLOSE,
    DRAIN,
    STOPPED,
    { type: "resume_due" },
    { type: "going_away" },
    { type: "acknowledged" },
    { type: "close_due" },
    { type: "idle_checked" },
  ),
);

const facts: fc.Arbitrary<PeerFacts> = fc.record({
  now: fc.nat(200),
  connections: fc.nat(1),
  hasOpened: fc.boolean(),
  isDelivered: fc.boolean(),
  hasSocket: fc.boolean(),
});

const rulesOf: fc.Arbitrary<PeerRules> = fc.record({
  remote: fc.constant(remote),
  dials: fc.boolean(),
  retryUntil: fc.constantFrom(0, 100),
  resumeMs: fc.constantFrom(0, 1000),
});

/** Where each phase may lead. */
const NEXT: Record<SessionPhase, readonly SessionPhase[]> = {
  connecting: ["connected", "lost", "closed"],
  connected: ["connected", "resuming", "lost", "closed"],
  resuming: ["connected", "lost", "closed"],
  lost: [],
  closed: [],
};

Deno.test("a peer goes through its phases as they are drawn, and reports each change", () => {
  fc.assert(
    fc.property(
      rulesOf,
      fc.array(fc.tuple(events, facts), { maxLength: 40 }),
      (rules, trace) => {
        const state = initialPeerState();
        let reported: SessionPhase = "connecting";
        let epoch = 0;
        let ends = 0;
        let attempts = 0;
        transition(state, STARTED, rules, IDLE);
        for (const [event, facts] of trace) {
          const wasOver = reported === "lost" || reported === "closed";
          const commands = transition(state, event, rules, facts);
          for (const command of commands) {
            switch (command.type) {
              case "report":
                assert(NEXT[reported].includes(command.state.phase));
                reported = command.state.phase;
                if (command.state.phase === "connected") {
                  assertEquals(command.state.epoch, ++epoch);
                  attempts = 0;
                }
                break;
              case "ready":
                assertEquals(epoch, 1);
                break;
              case "report_end":
                ends++;
                break;
              case "dial_later":
                assert(rules.dials);
                assertEquals(command.attempts, attempts++);
                break;
              default:
            }
          }
          assertEquals(state.phase, reported);
          const isOver = reported === "lost" || reported === "closed";
          assertEquals(ends, isOver ? 1 : 0);
          const types = typesOf(commands);
          // A session that resumes has a deadline for it, and one for each time.
          assertEquals(
            types.includes("await_resume"),
            commands.some((command) =>
              command.type === "report" && command.state.phase === "resuming"
            ),
          );
          // A session that was closed is reported as closed.
          if (state.isClosing) assert(reported !== "lost" || wasOver);
          if (wasOver && event.type !== "stopped") assertEquals(types, []);
          if (isOver && !wasOver) {
            assert(types.includes("fail") && types.includes("stop_socket"));
            assert(types.includes("stop") || event.type === "stopped");
          }
        }
      },
    ),
  );
});
