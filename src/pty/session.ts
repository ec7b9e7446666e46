/**
 * The session actor: owns one program on a PTY, and dies with it. Its parent
 * is the supervisor of sessions; viewers come and go. What the PTY says does
 * not go through the mailbox, which is for those who want something of it.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { ActorTimer, Behavior, ReplyTo, Timer } from "../actor/mod.ts";
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
import { FlushGate } from "./flush_gate.ts";
import type { ResolvedPtyLimits } from "./options.ts";
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
import { checkSize, type PtySize } from "./size.ts";

/**
 * Milliseconds from one end to the other, of the program and of its output,
 * after which there is nothing to wait for: somebody else has the terminal
 * open, or the program goes on without one.
 */
const OTHER_END_MS = 1000;

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
    const ring = new OutputRing(limits.keptBytes);
    const audience = new Audience(ring, limits.windowBytes);
    const gate = new FlushGate();
    const ending = new Ending(pty, clock, limits);
    /** Resolves when the program has ended, and its output as well. */
    const bothEnded = Promise.withResolvers<void>();
    let { size } = command;
    let exit: PtyExit | undefined;
    let outputEnded = false;
    let programEnded = false;
    let paused = false;
    let stopping = false;
    /** Whether somebody in control knows of the exit. */
    let told = false;
    /** Whether `stopped` was called, which a kill leaves out. */
    let inOrder = false;
    let flushTimer: Timer | undefined;
    let otherEnd: Timer | undefined;
    let grace: ActorTimer | undefined;
    let idle: ActorTimer | undefined;

    // The output.

    function output(bytes: Uint8Array): void {
      ring.append(bytes);
      if (audience.size === 0) return;
      if (gate.output(bytes.length, clock.now())) return flush();
      flushTimer ??= clock.schedule(delayMs(), flushIfDue);
      regulate();
    }

    const delayMs = (): number => (gate.dueAt ?? 0) - clock.now();

    function flush(): void {
      gate.flushed();
      audience.flushAll();
      settle();
    }

    function flushIfDue(): void {
      flushTimer = undefined;
      if (gate.dueAt === undefined) return;
      if (delayMs() <= 0) flush();
      else flushTimer = clock.schedule(delayMs(), flushIfDue);
    }

    /** Reads while somebody wants it; at the end, whoever wants it. */
    function regulate(): void {
      const pause = !audience.wantsOutput && !programEnded && !stopping;
      if (pause === paused || outputEnded) return;
      paused = pause;
      if (pause) pty.pause();
      else pty.resume();
    }

    // The end.

    function closed(): void {
      outputEnded = true;
      if (programEnded) finish();
      // The kernel has told it that its terminal is gone.
      else awaitOtherEnd(() => ending.begin());
    }

    function exited(): void {
      programEnded = true;
      // Those it leaves behind in its group go as well.
      ending.begin();
      ending.look();
      if (outputEnded) return finish();
      regulate();
      awaitOtherEnd(() => pty.close());
    }

    function awaitOtherEnd(giveUp: () => void): void {
      otherEnd?.cancel();
      const { end } = ring;
      otherEnd = clock.schedule(OTHER_END_MS, () => {
        // What came while this process was busy is read first.
        setImmediate(() => {
          if (exit !== undefined) return;
          if (ring.end > end) awaitOtherEnd(giveUp);
          else giveUp();
        });
      });
    }

    function finish(): void {
      otherEnd?.cancel();
      exit = pty.exit;
      bothEnded.resolve();
      if (!stopping && limits.graceMs < Infinity) {
        context.after(limits.graceMs, { type: "expired" });
      }
      flush();
    }

    /** The session is over when all know, and somebody in control did. */
    function tellExit(): void {
      if (exit === undefined || stopping) return;
      if (audience.finish({ type: "exit", exit })) told = true;
      if (told && audience.size === 0) context.stop();
    }

    /** Ends everything; the deadlines go on if the actor is killed. */
    function end(): void {
      stopping = true;
      regulate();
      ending.begin();
      queueMicrotask(() => {
        if (!inOrder) ending.kill();
      });
      ending.done.then(() => {
        if (!programEnded) awaitOtherEnd(() => pty.close());
      });
    }

    // The viewers.

    function settle(): void {
      regulate();
      tellExit();
      if (stopping || audience.isWatched || grace !== undefined) return;
      if (audience.size === 0) {
        flushTimer?.cancel();
        flushTimer = undefined;
        gate.flushed();
      }
      if (limits.graceMs === Infinity) return;
      grace = context.after(limits.graceMs, { type: "expired" });
    }

    function attach(message: PtyAttach): PtyAttached {
      const { viewer, tap, offset = ring.start } = message;
      const told = size;
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
      if (!tap) {
        grace?.cancel();
        grace = undefined;
      }
      regulate();
      // Whoever waits for the answer has it when the first event comes.
      setImmediate(() => {
        if (stopping) return;
        audience.begin(
          viewer,
          size === told ? undefined : { type: "size", size },
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
      armIdle();
      gate.input();
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
      if (!programEnded && !outputEnded) return;
      throw new PtyEndedError(`Cannot ${what}: the program has ended`);
    }

    function armIdle(): void {
      if (limits.idleMs === Infinity) return;
      idle?.cancel();
      idle = context.after(limits.idleMs, { type: "expired" });
    }

    armIdle();
    if (limits.maxAgeMs < Infinity) {
      context.after(limits.maxAgeMs, { type: "expired" });
    }
    // Not in `stopped`, which is left out when the actor is killed.
    signal.addEventListener("abort", end, { once: true });
    pty.start({ output, closed, exited });
    settle();

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
              gate.input();
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
              paused,
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
        inOrder = true;
        await ending.done;
        await bothEnded.promise;
        flushTimer?.cancel();
        audience.dismiss({ type: "exit", exit: exit ?? UNKNOWN });
      },
    };
  };
}

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
