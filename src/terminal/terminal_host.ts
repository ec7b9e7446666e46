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
import {
  ptySupervisor,
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
  readonly #options: HostOptions;
  readonly #recordings: Recordings;
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
      behavior: ptySupervisor({
        ...limits,
        maxSessions,
        maxEndedSessions,
        maxEndedBytes,
      }),
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
    const { rules, limits } = this.#options;
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
