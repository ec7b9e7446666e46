/**
 * The supervisor of sessions: it starts them by id, lists them, and ends them
 * when it stops. A session is never restarted, however it ended.
 *
 * @module
 */
import type { ActorRef, Behavior, ReplyTo } from "../actor/mod.ts";
import {
  checkNumber,
  checkOptionNames,
  countFrom,
  type OptionNames,
  reasonOf,
} from "../checks/internal.ts";
import { resolveCommand, type ResolvedCommand } from "./command.ts";
import {
  PtyError,
  PtyIdError,
  PtyLimitError,
  PtySpawnError,
} from "./errors.ts";
import { LIMIT_NAMES, type PtyLimits, resolvePtyLimits } from "./options.ts";
import type { PtyRefusal, PtySessionMessage } from "./protocol.ts";
import { endedToDrop } from "./ended_rules.ts";
import type { Pty, PtyCommand, PtyExit } from "./pty.ts";
import { PtySession } from "./pty_session.ts";
import { sessionActor } from "./session_actor.ts";
import type { OpenScreen } from "./session_screen.ts";

/** Options of {@linkcode ptySupervisor}, and limits of each of its sessions. */
export interface PtySupervisorOptions extends PtyLimits {
  /**
   * Sessions whose programs may run at the same time, at least 1.
   * @default {100}
   */
  readonly maxSessions?: number;
  /**
   * Ended sessions that are kept at the same time, at least 0; beyond it, the
   * one that ended first goes.
   * @default {100}
   */
  readonly maxEndedSessions?: number;
  /**
   * Bytes of output of all ended sessions that are kept, at least 0; beyond it,
   * those that ended first go.
   * @default {16777216}
   */
  readonly maxEndedBytes?: number;
}

/** The specification of a session to start. */
export interface PtySpec extends PtyCommand {
  /**
   * Id of the session: not empty, without `/`, and not that of another session.
   * @default {a random UUID}
   */
  readonly id?: string;
}

/** The reference of a supervisor of sessions. */
export type PtySupervisorRef = ActorRef<PtySupervisorMessage>;

/**
 * The messages of a supervisor of sessions; `spawnPty`, `listPtys` and
 * `findPty` send them.
 */
export type PtySupervisorMessage =
  | {
    readonly type: "spawn";
    readonly spec: PtySpec;
    readonly replyTo: ReplyTo<PtySession | PtyRefusal>;
  }
  | {
    readonly type: "list";
    readonly replyTo: ReplyTo<readonly PtySession[]>;
  }
  /** From the supervisor to itself: a program was started, or failed to. */
  | { readonly type: "started"; readonly settle: () => void }
  /** From the supervisor to itself: a program has ended, its session stays. */
  | { readonly type: "exited"; readonly id: string; readonly bytes: number }
  /** From the supervisor to itself: a session has ended. */
  | { readonly type: "gone"; readonly id: string };

/** A program that runs but has no session yet. */
interface Opened {
  readonly pty: Pty;
  readonly command: ResolvedCommand;
}

const NAMES: OptionNames<PtySupervisorOptions> = {
  ...LIMIT_NAMES,
  maxSessions: true,
  maxEndedSessions: true,
  maxEndedBytes: true,
};

/** Milliseconds that a session gets beyond its own deadlines. */
const SLACK_MS = 5000;

/**
 * Returns a behaviour that supervises sessions. When it stops, it ends all of
 * them at the same time, each with its own deadlines; spawn it with
 * `shutdownMs: Infinity` if those are longer than the defaults.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if an option is not known, or not a number.
 * @throws {RangeError} if an option is out of its range.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { ptySupervisor, spawnPty } from "@troupe/troupe/pty";
 *
 * await using system = new ActorSystem();
 * const terminals = system.spawn(ptySupervisor({ maxSessions: 10 }));
 * const session = await spawnPty(terminals, { command: "sh" });
 * await using attachment = await session.attach({
 *   viewer: {
 *     tell(event) {
 *       if (event.type === "output") attachment.acknowledge(event.bytes.length);
 *       return true;
 *     },
 *   },
 * });
 * await attachment.write(new TextEncoder().encode("exit\r"));
 * await session.ended;
 * ```
 */
export function ptySupervisor(
  options: PtySupervisorOptions = {},
): Behavior<PtySupervisorMessage> {
  return ptySupervisorWith(options, undefined);
}

/**
 * Like {@linkcode ptySupervisor}, with terminals that snapshots are made of.
 *
 * @throws {TypeError} if an option is not known, or not a number.
 * @throws {RangeError} if an option is out of its range.
 */
export function ptySupervisorWith(
  options: PtySupervisorOptions,
  openScreen: OpenScreen | undefined,
): Behavior<PtySupervisorMessage> {
  checkOptionNames("ptySupervisor()", options, NAMES);
  const limits = resolvePtyLimits(options);
  const { maxSessions = 100 } = options;
  const { maxEndedSessions = 100, maxEndedBytes = 16_777_216 } = options;
  checkNumber("maxSessions", maxSessions, countFrom(1));
  checkNumber("maxEndedSessions", maxEndedSessions, countFrom(0));
  checkNumber("maxEndedBytes", maxEndedBytes, countFrom(0));
  return (context) => {
    /** Sessions by id; a promise while the program is being started. */
    const sessions = new Map<string, PtySession | Promise<Opened>>();
    /** Bytes that are kept of sessions whose program has ended, oldest first. */
    const ended = new Map<string, number>();
    /** Ends of programs that were started too late to become sessions. */
    const late = new Set<Promise<void>>();

    function checkId(id: string): void {
      if (sessions.has(id)) {
        throw new PtyIdError(
          `Cannot spawn ${id}: another session has that id, choose another id`,
        );
      }
      if (id === "" || id.includes("/")) {
        throw new PtyIdError(
          `Cannot spawn: the id is ${
            JSON.stringify(id)
          }, it must not be empty or contain "/"`,
        );
      }
      if (sessions.size - ended.size >= maxSessions) {
        throw new PtyLimitError(
          `Cannot spawn ${id}: there are ${maxSessions} sessions, end one first`,
        );
      }
    }

    function adopt(id: string, { pty, command }: Opened): PtySession {
      const exited = Promise.withResolvers<PtyExit>();
      const ref = context.spawn<PtySessionMessage>(
        sessionActor({
          pty,
          command,
          limits,
          openScreen,
          onExit(exit, bytes) {
            exited.resolve(exit);
            context.self.tell({ type: "exited", id, bytes });
          },
        }),
        {
          name: id,
          shutdownMs: limits.hangupMs + limits.terminateMs + SLACK_MS,
        },
      );
      // Also if it is stopped before its behaviour has started.
      ref.stopped.then(() => discard(pty));
      context.watch(ref, () => ({ type: "gone", id }));
      const session = new PtySession(id, ref, exited.promise);
      sessions.set(id, session);
      return session;
    }

    return {
      receive(message) {
        switch (message.type) {
          case "spawn": {
            const { spec, replyTo } = message;
            const { id = crypto.randomUUID() } = spec;
            try {
              checkId(id);
            } catch (error) {
              return refuse(replyTo, error);
            }
            const opening = open(spec);
            sessions.set(id, opening);
            return context.pipeToSelf<Opened>(
              opening,
              (opened) => ({
                type: "started",
                settle: () => replyTo.tell(adopt(id, opened)),
              }),
              (cause) => ({
                type: "started",
                settle() {
                  sessions.delete(id);
                  refuse(replyTo, cause);
                },
              }),
              ({ pty }) => {
                late.add(abandon(pty));
                refuse(
                  replyTo,
                  new PtySpawnError(
                    "Cannot spawn: the supervisor has stopped, spawn another one",
                  ),
                );
              },
            );
          }
          case "started":
            return message.settle();
          case "exited": {
            const { id, bytes } = message;
            if (!sessions.has(id) || limits.keepEndedMs === 0) return;
            ended.set(id, bytes);
            const limit = { maxEndedSessions, maxEndedBytes };
            for (const one of endedToDrop(ended, limit)) {
              const session = sessions.get(one);
              if (session instanceof PtySession) void session.close();
            }
            return;
          }
          case "gone":
            ended.delete(message.id);
            return void sessions.delete(message.id);
          case "list":
            return void message.replyTo.tell(
              [...sessions.values()].filter((one) => one instanceof PtySession),
            );
          default:
            message satisfies never;
        }
      },
      async stopped() {
        await Promise.allSettled([...sessions.values()]);
        await Promise.all(late);
      },
    };
  };
}

/** Starts the program; the native add-on is loaded here. */
async function open(spec: PtySpec): Promise<Opened> {
  const command = await resolveCommand(spec);
  const { openNodePty } = await import("./node_pty.ts");
  return { pty: await openNodePty(command), command };
}

/** Ends a program that no session will end. */
function discard(pty: Pty): void {
  // The process id may have been reused when the program has ended.
  if (pty.exit === undefined) pty.signal(pty.pid, "SIGKILL");
  pty.close();
}

/** Ends a program that never became a session. */
async function abandon(pty: Pty): Promise<void> {
  const exited = new Promise<void>((exited) => {
    pty.start({ output() {}, closed() {}, exited });
  });
  discard(pty);
  await exited;
}

function refuse(replyTo: ReplyTo<PtyRefusal>, cause: unknown): void {
  const error = cause instanceof PtyError ? cause : new PtySpawnError(
    `Cannot spawn: ${reasonOf(cause)}`,
    { cause },
  );
  replyTo.tell({ type: "refused", error });
}
