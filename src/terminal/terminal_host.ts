/**
 * The sessions of one thread and the sockets that are attached to them, as
 * actors under one supervisor.
 *
 * @module
 */
import {
  type ActorSystem,
  type Child,
  child,
  findChild,
  startChild,
  supervisor,
  type SupervisorRef,
} from "../actor/mod.ts";
import { spawnNamed } from "../actor/internal.ts";
import { ptySupervisorWith, type SessionScreen } from "../pty/internal.ts";
import {
  type PtySize,
  type PtySupervisorMessage,
  spawnPty,
} from "../pty/mod.ts";
import type { Admission } from "./access/admission.ts";
import { commandFor, type CommandRequest } from "./access/command_policy.ts";
import { attachmentActor } from "./attach/attachment_actor.ts";
import { refuse, STOPPING } from "./attach/close_socket.ts";
import type { ViewerSocket } from "./attach/viewer_socket.ts";
import { Problem } from "./http/problem.ts";
import type { TerminalCounters } from "./metrics.ts";
import type { ResolvedServeTerminalOptions } from "./options.ts";
import { Recordings } from "./recording/recordings.ts";
import { type TerminalSession, TerminalSessions } from "./sessions.ts";

/** Bytes that may wait in a socket besides unacknowledged output. */
const MAX_CONTROL_BYTES = 262_144;

/** The options of a server that its threads use. */
export type HostOptions = Pick<
  ResolvedServeTerminalOptions,
  | "limits"
  | "maxSessions"
  | "maxEndedSessions"
  | "maxEndedBytes"
  | "maxAttachments"
  | "silenceMs"
  | "snapshots"
  | "snapshotLines"
  | "record"
  | "rules"
>;

/** The sessions and sockets of one thread. */
export class TerminalHost {
  /** Running ones, and ended ones that stay. */
  readonly sessions: TerminalSessions = new TerminalSessions();
  readonly counters: TerminalCounters;
  /** Resolves when all has ended, and all recordings are written. */
  readonly stopped: Promise<void>;
  /** Most bytes that may wait in a socket, credit or not. */
  readonly maxBufferedBytes: number;
  /** Id of the terminal: another one after each start, the same in workers. */
  serverId: string = crypto.randomUUID();
  readonly #options: HostOptions;
  readonly #recordings: Recordings;
  /** Loaded with the first session, as it brings a terminal. */
  #screens: typeof import("./screen/session_screen.ts") | undefined;
  readonly #root: SupervisorRef;
  readonly #ptys: Child<PtySupervisorMessage>;
  readonly #sockets = child({
    name: "sockets",
    behavior: supervisor({ strategy: "dynamic" }),
  });

  constructor(
    system: ActorSystem,
    options: HostOptions,
    counters: TerminalCounters,
  ) {
    this.#options = options;
    this.counters = counters;
    const { limits, maxSessions, maxEndedSessions, maxEndedBytes } = options;
    this.maxBufferedBytes = limits.windowBytes + MAX_CONTROL_BYTES;
    this.#recordings = new Recordings({
      open: options.record,
      counters,
      clock: system.clock,
    });
    this.#ptys = child({
      name: "sessions",
      behavior: ptySupervisorWith({
        ...limits,
        maxSessions,
        maxEndedSessions,
        maxEndedBytes,
      }, options.snapshots ? (size) => this.#openScreen(size) : undefined),
      shutdownMs: Infinity,
    });
    this.#root = spawnNamed(
      system,
      "terminal server",
      supervisor({ children: [this.#ptys, this.#sockets] }),
    );
    this.stopped = this.#root.stopped.then(() => this.#recordings.finished());
  }

  /** Resolves when nothing of it runs any more; recordings may be written yet. */
  get ended(): Promise<unknown> {
    return this.#root.stopped;
  }

  /** Starts a session, and its recording. */
  async start(request: CommandRequest): Promise<TerminalSession> {
    const { rules, limits, snapshots } = this.#options;
    if (snapshots) this.#screens ??= await import("./screen/session_screen.ts");
    const spec = await commandFor(rules, request);
    const id = crypto.randomUUID();
    const command = request.command ?? rules.commands[0]?.name ?? "";
    const createdAt = new Date();
    const session = await this.#recordings.start(
      { id, command, createdAt },
      async () =>
        spawnPty(await findChild(this.#root, this.#ptys), { ...spec, id }),
    );
    this.counters.sessionsStarted++;
    return this.sessions.add(session, command, createdAt, limits.graceMs);
  }

  /** Opens the terminal that snapshots of a session are made of. */
  #openScreen(size: PtySize): SessionScreen {
    if (this.#screens !== undefined) {
      return new this.#screens.XtermScreen(size, this.#options.snapshotLines);
    }
    throw new Error("A session has started before its screen was loaded");
  }

  /**
   * Refuses another socket, if there are too many.
   *
   * @throws {Problem} if there are.
   */
  assertFree(): void {
    const { attachments } = this.counters;
    if (attachments < this.#options.maxAttachments) return;
    throw new Problem(
      "full",
      `${attachments} sockets are open, maxAttachments allows no more`,
    );
  }

  /** Counts a socket of this thread until it is closed. */
  count(socket: WebSocket): void {
    this.counters.attachments++;
    // The actor may stop earlier: a frozen browser keeps its socket for longer.
    socket.addEventListener("close", () => this.counters.attachments--, {
      once: true,
    });
  }

  /** Attaches a socket to its session; resolves when that has ended. */
  async attach(
    socket: ViewerSocket,
    early: unknown[],
    admission: Admission,
  ): Promise<void> {
    try {
      const ref = await startChild(
        await findChild(this.#root, this.#sockets),
        {
          restart: "temporary",
          behavior: attachmentActor({
            socket,
            early,
            admission,
            serverId: this.serverId,
            counters: this.counters,
            silenceMs: this.#options.silenceMs,
            maxBufferedBytes: this.maxBufferedBytes,
          }),
        },
      );
      await ref.stopped;
    } catch {
      refuse(socket, STOPPING);
    }
  }

  /** Ends all sessions and sockets. */
  stop(): Promise<void> {
    this.#root.stop();
    return this.stopped;
  }
}
