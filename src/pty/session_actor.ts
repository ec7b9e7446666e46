/**
 * The session actor: owns one program on a PTY, and dies with it. Its parent
 * is the supervisor of sessions; viewers come and go. What the PTY says does
 * not go through the mailbox, which is for those who want something of it.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { ActorTimer, Behavior, ReplyTo } from "../actor/mod.ts";
import { Audience } from "./audience.ts";
import type { ResolvedCommand } from "./command.ts";
import { Ending } from "./ending.ts";
import {
  PtyAttachmentError,
  PtyEndedError,
  PtyError,
  PtyInputFullError,
  PtyOffsetError,
  PtySignalError,
} from "./errors.ts";
import { FlushTimer } from "./flush_timer.ts";
import type { ResolvedPtyLimits } from "./options.ts";
import { OtherEndTimer } from "./other_end_timer.ts";
import { OutputRing } from "./output_ring.ts";
import type {
  PtyAttach,
  PtyAttached,
  PtyRefusal,
  PtyReply,
  PtySessionMessage,
  PtyViewer,
} from "./protocol.ts";
import type { Pty, PtyExit } from "./pty.ts";
import {
  initialSessionState,
  type Presence,
  type SessionCommand,
  type SessionEvent,
  transition,
} from "./session_state.ts";
import { checkSize, type PtySize } from "./size.ts";

/** What a session actor is made of. */
export interface SessionOptions {
  /** The program; ended with the actor, however that ends. */
  readonly pty: Pty;
  /** What it was started with. */
  readonly command: ResolvedCommand;
  /** Limits of the session. */
  readonly limits: ResolvedPtyLimits;
}

/** A behaviour that keeps a program for its viewers. */
export function sessionActor(
  { pty, command, limits }: SessionOptions,
): Behavior<PtySessionMessage> {
  return (context) => {
    const { signal, system: { clock } } = context;
    const startedAt = clock.now();
    const state = initialSessionState();
    const ring = new OutputRing(limits.keptBytes);
    const audience = new Audience(ring, limits.windowBytes);
    const flushTimer = new FlushTimer(clock, flush);
    const otherEnd = new OtherEndTimer(
      clock,
      ring,
      (progress) => dispatch({ type: "other_end_overdue", progress }),
    );
    const ending = new Ending(pty, clock, limits);
    /** Resolves when the program has ended, and its output as well. */
    const bothEnded = Promise.withResolvers<void>();
    let { size } = command;
    let exit: PtyExit | undefined;
    let grace: ActorTimer | undefined;
    let idle: ActorTimer | undefined;

    // Decisions are made by `transition`, and carried out here.

    function dispatch(event: SessionEvent): void {
      for (const command of transition(state, event)) carryOut(command);
    }

    function carryOut(command: SessionCommand): void {
      switch (command) {
        case "pause":
          return pty.pause();
        case "resume":
          return pty.resume();
        case "flush":
          return flush();
        case "drop_gathered":
          return flushTimer.cancel();
        case "start_grace":
          grace = expireAfter(limits.graceMs);
          return;
        case "cancel_grace":
          return grace?.cancel();
        case "expire_after_grace":
          return void expireAfter(limits.graceMs);
        case "end_processes":
          return ending.start();
        case "check_processes":
          return ending.check();
        case "kill_processes":
          return ending.kill();
        case "await_processes":
          ending.done.then(() => dispatch({ type: "processes_ended" }));
          return;
        case "await_order":
          return queueMicrotask(() => dispatch({ type: "order_overdue" }));
        case "await_other_end":
          return otherEnd.start();
        case "close_terminal":
          return pty.close();
        case "conclude":
          otherEnd.cancel();
          exit = pty.exit;
          return bothEnded.resolve();
        case "report_exit":
          return dispatch({
            type: "exit_reported",
            toController: audience.finish({
              type: "exit",
              exit: exit ?? UNKNOWN,
            }),
            presence: audience.presence,
          });
        case "stop":
          return context.stop();
        default:
          command satisfies never;
      }
    }

    function expireAfter(ms: number): ActorTimer | undefined {
      return ms < Infinity ? context.after(ms, { type: "expired" }) : undefined;
    }

    // The output, which does not wait for anybody's turn.

    function output(bytes: Uint8Array): void {
      ring.append(bytes);
      if (audience.size === 0) return;
      if (flushTimer.output(bytes.length)) flush();
      else regulate();
    }

    function flush(): void {
      flushTimer.flushed();
      audience.flushAll();
      settle();
    }

    function regulate(): void {
      dispatch(audience.wantsOutput ? WANTED : UNWANTED);
    }

    /** Looks at the viewers again, after anything that may change them. */
    function settle(): void {
      regulate();
      dispatch(PRESENCE[audience.presence]);
    }

    // The viewers.

    function attach(message: PtyAttach): PtyAttached {
      const { viewer, offset = ring.start } = message;
      const attachedSize = size;
      if (!(Number.isInteger(offset) && offset >= 0 && offset <= ring.end)) {
        throw new PtyOffsetError(
          `Cannot attach: the offset is ${offset}, the output ends at ${ring.end}`,
        );
      }
      if (audience.size >= limits.maxViewers) {
        throw new PtyAttachmentError(
          `Cannot attach: there are ${limits.maxViewers} viewers, let one go first`,
        );
      }
      audience.add(message, offset);
      settle();
      // Whoever waits for the reply has it when the first event comes.
      setImmediate(() => {
        if (state.stopping !== "no") return;
        audience.begin(
          viewer,
          size === attachedSize ? undefined : { type: "size", size },
        );
        settle();
      });
      return { type: "attached", offset, end: ring.end, size };
    }

    function detach(viewer: PtyViewer): void {
      const controlled = audience.controls(viewer);
      if (!audience.remove(viewer)) return;
      const next = audience.lastSize;
      if (controlled && next !== undefined) resize(next);
      settle();
    }

    function resize(next: PtySize): void {
      if (next.columns === size.columns && next.rows === size.rows) return;
      pty.resize(next);
      size = next;
      audience.tellAll({ type: "size", size });
      settle();
    }

    // What is asked for.

    function input(bytes: Uint8Array, replyTo: ReplyTo<PtyReply>): void {
      assertRuns("write");
      const waiting = pty.waitingBytes;
      if (waiting > 0 && waiting + bytes.length > limits.maxInputBytes) {
        throw new PtyInputFullError(
          `Cannot write: ${waiting} bytes wait for the program already, wait for the write before`,
        );
      }
      restartIdleTimer();
      flushTimer.input();
      pty.write(bytes, (cause) => {
        replyTo.tell(
          cause === undefined ? { type: "done" } : {
            type: "refused",
            error: new PtyEndedError(
              "Cannot write: the program has ended before it took all",
              { cause },
            ),
          },
        );
      });
    }

    function assertRuns(what: string): void {
      if (state.phase === "running") return;
      throw new PtyEndedError(`Cannot ${what}: the program has ended`);
    }

    function restartIdleTimer(): void {
      idle?.cancel();
      idle = expireAfter(limits.idleMs);
    }

    restartIdleTimer();
    expireAfter(limits.maxAgeMs);
    // Not in `stopped`, which is left out when the actor is killed.
    signal.addEventListener(
      "abort",
      () => dispatch({ type: "stop_requested" }),
      { once: true },
    );
    pty.start({
      output,
      closed: () => dispatch({ type: "output_ended" }),
      exited: () => dispatch({ type: "program_ended" }),
    });
    dispatch({ type: "started" });

    return {
      receive(message) {
        switch (message.type) {
          case "attach": {
            const { replyTo } = message;
            return attempt(replyTo, () => void replyTo.tell(attach(message)));
          }
          case "detach":
            return detach(message.viewer);
          case "acknowledge":
            audience.acknowledge(message.viewer, message.bytes);
            return settle();
          case "input":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "write");
              input(message.bytes, message.replyTo);
            });
          case "resize":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "resize");
              assertRuns("resize");
              const next = checkSize(message.size);
              if (message.viewer) audience.resized(message.viewer, next);
              resize(next);
              message.replyTo.tell({ type: "done" });
            });
          case "signal":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "send a signal");
              assertRuns("send a signal");
              flushTimer.input();
              if (!pty.signal(pty.foreground(), message.signal)) {
                throw new PtySignalError(
                  `Cannot send ${message.signal}: whoever is in the foreground is another user's`,
                );
              }
              message.replyTo.tell({ type: "done" });
            });
          case "inspect":
            return void message.replyTo.tell({
              pid: pty.pid,
              command: command.command,
              args: command.args,
              size,
              start: ring.start,
              end: ring.end,
              waitingBytes: pty.waitingBytes,
              paused: state.paused,
              controllers: audience.count("control"),
              viewers: audience.count("view"),
              ageMs: clock.now() - startedAt,
              exit,
            });
          case "close":
          case "expired":
            return context.stop();
          default:
            message satisfies never;
        }
      },
      async stopped() {
        dispatch({ type: "stopped_in_order" });
        await ending.done;
        await bothEnded.promise;
        flushTimer.cancel();
        audience.dismiss({ type: "exit", exit: exit ?? UNKNOWN });
      },
    };
  };
}

/** The events of each piece of output, which cost nothing to make. */
const WANTED: SessionEvent = { type: "demand", wanted: true };
const UNWANTED: SessionEvent = { type: "demand", wanted: false };
const PRESENCE: Readonly<Record<Presence, SessionEvent>> = {
  watched: { type: "presence", presence: "watched" },
  tapped: { type: "presence", presence: "tapped" },
  alone: { type: "presence", presence: "alone" },
};

/** How a program has ended that nobody could end. */
const UNKNOWN: PtyExit = {
  code: undefined,
  signal: undefined,
  error: undefined,
};

/** Does what may be impossible, and answers why it is. */
function attempt(replyTo: ReplyTo<PtyRefusal>, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof PtyError)) throw error;
    replyTo.tell({ type: "refused", error });
  }
}
