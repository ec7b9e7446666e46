/**
 * The supervisor of sessions: starts them by id, knows them, and ends them
 * with itself. A session that ends is not started again, however it ended.
 *
 * @module
 */
import type { ActorRef, Behavior, ReplyTo } from "../actor/mod.ts";
import { resolveCommand, type ResolvedCommand } from "./command.ts";
import {
  PtyError,
  PtyIdError,
  PtyLimitError,
  PtySpawnError,
} from "./errors.ts";
import { type PtyLimits, resolvePtyLimits } from "./options.ts";
import type { PtyRefusal, PtySessionMessage } from "./protocol.ts";
import type { Pty, PtyCommand } from "./pty.ts";
import { PtySession } from "./pty_session.ts";
import { sessionActor } from "./session_actor.ts";

/** Options of {@linkcode ptySupervisor}, and limits of its sessions. */
export interface PtySupervisorOptions extends PtyLimits {
  /**
   * Sessions that there may be at once.
   * @default {100}
   */
  readonly maxSessions?: number;
}

/** A session to start. */
export interface PtySpec extends PtyCommand {
  /**
   * A name without `/` that no other session has.
   * @default {a random UUID}
   */
  readonly id?: string;
}

/** A reference to a supervisor of sessions. */
export type PtySupervisorRef = ActorRef<PtySupervisorMessage>;

/** Messages of a supervisor of sessions; `spawnPty` and its like send them. */
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
  /** Of the supervisor to itself: a program was started, or was not. */
  | { readonly type: "started"; readonly settle: () => void }
  /** Of the supervisor to itself: a session has ended. */
  | { readonly type: "gone"; readonly id: string };

/** A program that runs and has no session yet. */
interface Opened {
  readonly pty: Pty;
  readonly command: ResolvedCommand;
}

/** Milliseconds for what comes after the last deadline of a session. */
const SLACK_MS = 5000;

/**
 * A behaviour that keeps sessions. When it is stopped, it ends all of them at
 * once, each with its own deadlines; give it `shutdownMs: Infinity` if those
 * are longer than usual.
 *
 * @throws {RangeError} when an option makes no sense.
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
  const limits = resolvePtyLimits(options);
  const { maxSessions = 100 } = options;
  if (!(maxSessions >= 1)) {
    throw new RangeError(
      `Cannot keep sessions: maxSessions is ${maxSessions}, it must be at least 1`,
    );
  }
  return (context) => {
    /** By id; a promise while its program is being started. */
    const sessions = new Map<string, PtySession | Promise<Opened>>();
    /** Programs that were started too late to become sessions. */
    const late = new Set<Promise<void>>();

    function checkId(id: string): void {
      if (sessions.has(id)) {
        throw new PtyIdError(
          `Cannot spawn ${id}: a session has that id, give another`,
        );
      }
      if (id === "" || id.includes("/")) {
        throw new PtyIdError(
          `Cannot spawn: the id ${JSON.stringify(id)} is empty or has a "/"`,
        );
      }
      if (sessions.size >= maxSessions) {
        throw new PtyLimitError(
          `Cannot spawn ${id}: there are ${maxSessions} sessions, end one first`,
        );
      }
    }

    function adopt(id: string, { pty, command }: Opened): PtySession {
      const ref = context.spawn<PtySessionMessage>(
        sessionActor({ pty, command, limits }),
        {
          name: id,
          shutdownMs: limits.hangupMs + limits.terminateMs + SLACK_MS,
        },
      );
      // Also when it is stopped before its behaviour has begun.
      ref.stopped.then(() => discard(pty));
      context.watch(ref, () => ({ type: "gone", id }));
      const session = new PtySession(id, ref);
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
                  new PtySpawnError("The supervisor has stopped"),
                );
              },
            );
          }
          case "started":
            return message.settle();
          case "gone":
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

/** Starts the program; what has to do with PTYs is loaded here. */
async function open(spec: PtySpec): Promise<Opened> {
  const command = await resolveCommand(spec);
  const { openNodePty } = await import("./node_pty.ts");
  return { pty: await openNodePty(command), command };
}

/** Ends a program that no session ends any more. */
function discard(pty: Pty): void {
  // Its number may be another's when it has ended.
  if (pty.exit === undefined) pty.signal(pty.pid, "SIGKILL");
  pty.close();
}

/** Ends a program that nobody has listened to. */
async function abandon(pty: Pty): Promise<void> {
  const exited = new Promise<void>((exited) => {
    pty.start({ output() {}, closed() {}, exited });
  });
  discard(pty);
  await exited;
}

function refuse(replyTo: ReplyTo<PtyRefusal>, cause: unknown): void {
  const error = cause instanceof PtyError ? cause : new PtySpawnError(
    `Cannot spawn: ${cause instanceof Error ? cause.message : cause}`,
    { cause },
  );
  replyTo.tell({ type: "refused", error });
}
