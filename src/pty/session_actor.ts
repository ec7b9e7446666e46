/**
 * The session actor: owns one program on a PTY, and ends with it. Its parent
 * is the supervisor of sessions; viewers come and go. Output does not pass
 * through the mailbox, which is for requests. `session_state.ts` decides what
 * this actor does about the end, the grace period and the reading.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { ActorTimer, Behavior } from "../actor/mod.ts";
import { Audience } from "./audience.ts";
import type { ResolvedCommand } from "./command.ts";
import { Ending } from "./ending.ts";
import {
  PtyAttachmentError,
  PtyEndedError,
  type PtyError,
  PtyInputFullError,
  PtyOffsetError,
  PtySignalError,
} from "./errors.ts";
import { FlushTimer } from "./flush_timer.ts";
import { controlKey, isInterrupt } from "./interrupts.ts";
import type { ResolvedPtyLimits } from "./options.ts";
import { OtherEndTimer } from "./other_end_timer.ts";
import { OutputRing } from "./output_ring.ts";
import { attempt, DONE, notTaken } from "./replies.ts";
import type {
  PtyAttach,
  PtyAttached,
  PtySessionMessage,
  PtyViewer,
} from "./protocol.ts";
import {
  type Pty,
  type PtyExit,
  type SignalName,
  UNKNOWN_EXIT,
} from "./pty.ts";
import {
  initialSessionState,
  type Presence,
  type SessionCommand,
  type SessionEvent,
  transition,
} from "./session_state.ts";
import { checkSize, type PtySize } from "./size.ts";

/** The parts of a session actor. */
export interface SessionOptions {
  /** The program, which ends with the actor, however that ends. */
  readonly pty: Pty;
  /** The command that started it. */
  readonly command: ResolvedCommand;
  /** The limits of the session. */
  readonly limits: ResolvedPtyLimits;
  /** Called when the program has ended, with the bytes that are kept of it. */
  readonly onExit?: (exit: PtyExit, keptBytes: number) => void;
}

/** Returns a behaviour that owns a program and serves its viewers. */
export function sessionActor(
  { pty, command, limits, onExit }: SessionOptions,
): Behavior<PtySessionMessage> {
  return (context) => {
    const { signal, system: { clock } } = context;
    const startedAt = clock.now();
    const state = initialSessionState(limits.keepEndedMs > 0);
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

    /** Called for each piece of output, so without an iterator. */
    function dispatch(event: SessionEvent): void {
      const commands = transition(state, event);
      for (let i = 0; i < commands.length; i++) {
        const command = commands[i];
        if (command !== undefined) carryOut(command);
      }
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
        case "keep":
          grace?.cancel();
          idle?.cancel();
          return void expireAfter(limits.keepEndedMs);
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
          onExit?.(exit ?? UNKNOWN_EXIT, ring.end - ring.start);
          return bothEnded.resolve();
        case "report_exit":
          return dispatch({
            type: "exit_reported",
            toController: audience.finish({
              type: "exit",
              exit: exit ?? UNKNOWN_EXIT,
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

    // Output, which does not wait in the mailbox.

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

    /** Called after everything that may change the viewers or their credit. */
    function settle(): void {
      regulate();
      dispatch(PRESENCE[audience.presence]);
    }

    // Viewers.

    function attach(message: PtyAttach): PtyAttached {
      const { viewer, offset = ring.start } = message;
      const attachedSize = size;
      if (!(Number.isInteger(offset) && offset >= 0 && offset <= ring.end)) {
        throw new PtyOffsetError(
          `Cannot attach: the offset is ${offset}, it must be a whole number from 0 to ${ring.end}`,
        );
      }
      if (audience.size >= limits.maxViewers) {
        throw new PtyAttachmentError(
          `Cannot attach: there are ${limits.maxViewers} viewers, detach one first`,
        );
      }
      audience.add(message, offset);
      settle();
      // Keys do not wait in the mailbox either.
      const keys: PtyAttached["input"] = (bytes, done) => {
        try {
          signal.throwIfAborted();
          audience.authorize(viewer, "write");
          input(bytes, done);
        } catch (error) {
          done(error);
        }
      };
      // The reply arrives before the first event.
      setImmediate(() => {
        if (state.stopping !== "no") return;
        audience.start(
          viewer,
          size === attachedSize ? undefined : { type: "size", size },
        );
        settle();
      });
      return { type: "attached", offset, end: ring.end, size, input: keys };
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
      audience.sendAll({ type: "size", size });
      settle();
    }

    // Requests.

    function input(bytes: Uint8Array, done: (error?: PtyError) => void): void {
      assertRuns("write");
      const key = controlKey(bytes);
      if (key !== undefined && interrupt(key) !== undefined) {
        return done();
      }
      const waiting = pty.waitingBytes;
      if (waiting > 0 && waiting + bytes.length > limits.maxInputBytes) {
        throw new PtyInputFullError(
          `Cannot write: ${waiting} bytes already wait for the program, await the write before`,
        );
      }
      restartIdleTimer();
      flushTimer.input();
      pty.write(
        bytes,
        (cause) => cause === undefined ? done() : done(notTaken(cause)),
      );
    }

    function interrupt(key: number): number | undefined {
      const dropped = pty.interrupt(key);
      if (dropped === undefined) return undefined;
      restartIdleTimer();
      flushTimer.input();
      return dropped;
    }

    function sendSignal(signal: SignalName): void {
      flushTimer.input();
      const group = pty.foreground();
      // As the key does, so that what was typed is not run afterwards.
      if (isInterrupt(signal) && pty.signal(group, 0)) pty.dropInput();
      if (pty.signal(group, signal)) return;
      throw new PtySignalError(
        `Cannot send ${signal}: the process in the foreground belongs to another user`,
      );
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
    // Not in `stopped`, which is not called when the actor is killed.
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
              const { viewer, bytes, replyTo } = message;
              audience.authorize(viewer, "write");
              input(bytes, (error) => {
                replyTo.tell(error ? { type: "refused", error } : DONE);
              });
            });
          case "interrupt":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "interrupt");
              assertRuns("interrupt");
              message.replyTo.tell({
                type: "interrupted",
                droppedBytes: interrupt(message.key),
              });
            });
          case "resize":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "resize");
              assertRuns("resize");
              const next = checkSize(message.size);
              if (message.viewer) audience.resized(message.viewer, next);
              resize(next);
              message.replyTo.tell(DONE);
            });
          case "signal":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "send a signal");
              assertRuns("send a signal");
              sendSignal(message.signal);
              message.replyTo.tell(DONE);
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
        audience.dismiss({ type: "exit", exit: exit ?? UNKNOWN_EXIT });
      },
    };
  };
}

/** The events that come with each piece of output: they are not allocated. */
const WANTED: SessionEvent = { type: "demand", wanted: true };
const UNWANTED: SessionEvent = { type: "demand", wanted: false };
const PRESENCE: Readonly<Record<Presence, SessionEvent>> = {
  watched: { type: "presence", presence: "watched" },
  tapped: { type: "presence", presence: "tapped" },
  alone: { type: "presence", presence: "alone" },
};
