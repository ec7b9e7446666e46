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
  PtyOffsetError,
} from "./errors.ts";
import { FlushTimer } from "./flush_timer.ts";
import type { ResolvedPtyLimits } from "./options.ts";
import { OtherEndTimer } from "./other_end_timer.ts";
import { OutputRing } from "./output_ring.ts";
import { directoryOf, programOf } from "./program_facts.ts";
import { attempt, DONE } from "./replies.ts";
import type {
  PtyAttach,
  PtyAttached,
  PtySessionMessage,
  PtyViewer,
} from "./protocol.ts";
import { type Pty, type PtyExit, UNKNOWN_EXIT } from "./pty.ts";
import {
  initialSessionState,
  type Presence,
  type SessionCommand,
  type SessionEvent,
  transition,
} from "./session_state.ts";
import { ScreenReader } from "./screen_reader.ts";
import { sendSignal, SessionInput } from "./session_input.ts";
import { SessionSizes } from "./session_sizes.ts";
import { checkSize } from "./size.ts";
import { SizeHistory } from "./size_history.ts";
import type { OpenScreen } from "./session_screen.ts";

/** The parts of a session actor. */
export interface SessionOptions {
  /** The program, which ends with the actor, however that ends. */
  readonly pty: Pty;
  /** The command that started it. */
  readonly command: ResolvedCommand;
  /** The limits of the session. */
  readonly limits: ResolvedPtyLimits;
  /** Called when the program has ended, with the bytes that are kept of it. */
  /** Opens the terminal that snapshots are made of; without it, none are. */
  readonly openScreen?: OpenScreen | undefined;
  readonly onExit?: (exit: PtyExit, keptBytes: number) => void;
}

/** Returns a behaviour that owns a program and serves its viewers. */
export function sessionActor(
  { pty, command, limits, onExit, openScreen }: SessionOptions,
): Behavior<PtySessionMessage> {
  return (context) => {
    const { signal, system: { clock } } = context;
    const startedAt = clock.now();
    const state = initialSessionState(limits.keepEndedMs > 0);
    const ring = new OutputRing(limits.keptBytes);
    const history = new SizeHistory(command.size);
    const screen = openScreen && new ScreenReader(ring, history, openScreen);
    const audience = new Audience({
      ring,
      sizes: history,
      windowBytes: limits.windowBytes,
      snapshot: screen && (() => screen.snapshot()),
    });
    const sizes = new SessionSizes({
      pty,
      ring,
      history,
      audience,
      neededFrom: () => Math.min(ring.start, screen?.neededFrom ?? ring.start),
      changed: flush,
    });
    const flushTimer = new FlushTimer(clock, flush);
    const otherEnd = new OtherEndTimer(
      clock,
      ring,
      (progress) => dispatch({ type: "other_end_overdue", progress }),
    );
    const input = new SessionInput(pty, limits, typed);
    const ending = new Ending(pty, clock, limits);
    /** Resolves when the program has ended, and its output as well. */
    const bothEnded = Promise.withResolvers<void>();
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
          screen?.finish();
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
      if (screen === undefined) ring.append(bytes);
      else screen.append(bytes);
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
      const cursor = audience.add(message, offset);
      settle();
      // Keys do not wait in the mailbox either.
      const keys: PtyAttached["input"] = (bytes, done) => {
        try {
          signal.throwIfAborted();
          typeFor(viewer, bytes, done);
        } catch (error) {
          done(error);
        }
      };
      // The reply arrives before the first event.
      setImmediate(() => {
        if (state.stopping !== "no") return;
        audience.start(viewer);
        settle();
      });
      const { owner } = audience;
      const { size } = cursor;
      const { end } = ring;
      return { type: "attached", offset, end, size, owner, input: keys };
    }

    function detach(viewer: PtyViewer): void {
      if (!audience.remove(viewer)) return;
      if (state.phase === "running") sizes.leave(viewer);
      settle();
    }

    // Requests.

    function typeFor(
      viewer: PtyViewer | undefined,
      bytes: Uint8Array,
      done: (error?: PtyError) => void,
    ): void {
      audience.authorize(viewer, "write");
      assertRuns("write");
      if (viewer !== undefined) sizes.claim(viewer);
      input.write(bytes, done);
    }

    function assertRuns(what: string): void {
      if (state.phase === "running") return;
      throw new PtyEndedError(`Cannot ${what}: the program has ended`);
    }

    /** The next output may be the reply to what was typed. */
    function typed(): void {
      restartIdleTimer();
      flushTimer.input();
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
              typeFor(viewer, bytes, (error) => {
                replyTo.tell(error ? { type: "refused", error } : DONE);
              });
            });
          case "interrupt":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "interrupt");
              assertRuns("interrupt");
              message.replyTo.tell({
                type: "interrupted",
                droppedBytes: input.interrupt(message.key),
              });
            });
          case "resize":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "resize");
              assertRuns("resize");
              sizes.set(message.viewer, checkSize(message.size));
              message.replyTo.tell(DONE);
            });
          case "propose_size":
            return attempt(message.replyTo, () => {
              const { viewer, replyTo } = message;
              audience.authorize(viewer, "propose a size");
              assertRuns("propose a size");
              sizes.propose(viewer, checkSize(message.size));
              replyTo.tell(DONE);
            });
          case "claim_size":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "claim the size");
              assertRuns("claim the size");
              sizes.claim(message.viewer);
              message.replyTo.tell(DONE);
            });
          case "hide":
            audience.hide(message.viewer, message.hidden);
            return settle();
          case "signal":
            return attempt(message.replyTo, () => {
              audience.authorize(message.viewer, "send a signal");
              assertRuns("send a signal");
              flushTimer.input();
              sendSignal(pty, message.signal);
              message.replyTo.tell(DONE);
            });
          case "inspect":
            return void message.replyTo.tell({
              pid: pty.pid,
              command: command.command,
              args: command.args,
              size: sizes.size,
              start: ring.start,
              end: ring.end,
              waitingBytes: pty.waitingBytes,
              paused: state.paused,
              controllers: audience.count("control"),
              viewers: audience.count("view"),
              attached: audience.states,
              directory: exit === undefined ? directoryOf(pty.pid) : undefined,
              foreground: exit === undefined
                ? programOf(pty.foreground())
                : undefined,
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
        screen?.dispose();
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
