import { isSlow } from "../support/slow.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import type { Clock } from "../../src/actor/clock.ts";
import type { ActorRef } from "../../src/actor/ref.ts";
import type { PtySessionMessage } from "../../src/pty/protocol.ts";
import { PtySession } from "../../src/pty/pty_session.ts";
import { type PtyLimits, resolvePtyLimits } from "../../src/pty/options.ts";
import { sessionActor } from "../../src/pty/session_actor.ts";
import {
  type PtySpec,
  ptySupervisor,
  type PtySupervisorOptions,
  type PtySupervisorRef,
} from "../../src/pty/supervisor_actor.ts";
import { spawnPty } from "../../src/pty/supervisor_calls.ts";
import { MemoryPty } from "./memory_pty.ts";
import { Screen } from "./screen.ts";

/** Why there are no real PTYs here. */
const missing = await import("@lydell/node-pty/requireBinary.js").then(
  ({ default: { requireBinary } }) => void requireBinary("pty.node"),
  (error) => error,
).catch((error) => error);
if (missing !== undefined) {
  console.warn(`Tests on real PTYs are skipped: ${missing}`);
}

/** Options of a test on real PTYs. */
export const onPty: { readonly timeout: number; readonly ignore: boolean } = {
  timeout: isSlow ? 300_000 : 60_000,
  ignore: missing !== undefined,
};

/** A supervisor of real sessions, which ends with the test. */
export class Ptys implements AsyncDisposable {
  readonly system: ActorSystem;
  readonly supervisor: PtySupervisorRef;
  readonly failures: unknown[] = [];

  constructor(options: PtySupervisorOptions = {}) {
    this.system = new ActorSystem();
    this.system.events.subscribe((event) => {
      if (event.type === "failed") this.failures.push(event.cause);
    }, { handlesFailures: true });
    this.supervisor = this.system.spawn(ptySupervisor(options));
  }

  spawn(spec: PtySpec): Promise<PtySession> {
    return spawnPty(this.supervisor, spec);
  }

  /** A session of a shell script. */
  sh(script: string): Promise<PtySession> {
    return this.spawn({ command: "sh", args: ["-c", script] });
  }

  /** A session that hands back what is typed, byte for byte. */
  async rawCat(): Promise<PtySession> {
    const session = await this.sh("stty raw -echo; printf ready; exec cat");
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system.shutdown();
    if (this.failures.length > 0) throw this.failures[0];
  }
}

/** A session of a {@linkcode MemoryPty}. */
export function memorySession(
  clock: Clock,
  limits: PtyLimits = {},
  pty: MemoryPty = new MemoryPty(),
): {
  system: ActorSystem;
  ref: ActorRef<PtySessionMessage>;
  session: PtySession;
  pty: MemoryPty;
} {
  const system = new ActorSystem({ clock });
  const ref = system.spawn(
    sessionActor({
      pty,
      command: {
        command: "memory",
        path: "/memory",
        args: [],
        cwd: "/",
        env: {},
        term: "xterm",
        size: { columns: 80, rows: 24 },
      },
      limits: resolvePtyLimits(limits),
    }),
    { shutdownMs: Infinity },
  );
  return { system, ref, session: new PtySession("memory", ref), pty };
}
