/**
 * The dialling end of one session at a time: a pool with one address, which
 * keeps its socket until it is closed.
 *
 * @module
 */
import { resolveBackoff, spawnNamed } from "../actor/internal.ts";
import { ActorSystem, type BackoffOptions } from "../actor/mod.ts";
import {
  checkDuration,
  checkFunction,
  checkMethods,
  type OptionNames,
} from "../checks/internal.ts";
import {
  askForConnection,
  checkConnectOptions,
  formatAddress,
  LiveSessions,
  poolActor,
  type PooledSession,
  PoolEntries,
  type PoolMessage,
  resolveCredentials,
  resolveSessionOptions,
  SESSION_OPTION_NAMES,
} from "../session/internal.ts";
import type {
  Address,
  Connector,
  LogicalConnection,
  SessionOptions,
  SessionSnapshot,
  SessionState,
  Transport,
} from "../session/mod.ts";

/** Options of {@linkcode connectWeb} and `connectNode`. */
export interface SessionClientOptions extends SessionOptions {
  /**
   * Credentials to show the other side's `authenticate`, at most 4 KiB; a
   * function is called before each socket.
   */
  readonly credentials?: Uint8Array | (() => Uint8Array);
  /** Delays between attempts to get a socket, with full jitter. */
  readonly backoff?: BackoffOptions;
  /**
   * Milliseconds for which `connect` tries to reach the server; 0 for one
   * attempt. For a session that was connected before, `resumeMs` counts.
   * @default {0}
   */
  readonly retryMs?: number;
  /** Called at each change of the session. */
  readonly onState?: (state: SessionState) => void;
  /**
   * The system whose actors keep the session, which ends with it.
   * @default {a system of its own, which is shut down by `close`}
   */
  readonly system?: ActorSystem;
}

/** All options of a client, for those who check the names of their own. */
export const CLIENT_OPTION_NAMES: OptionNames<SessionClientOptions> = {
  ...SESSION_OPTION_NAMES,
  credentials: true,
  backoff: true,
  retryMs: true,
  onState: true,
  system: true,
};

/**
 * The dialling end of one session, which outlives its sockets. It is dialled by
 * the first `connect` and kept until `close`; after it was lost, the next
 * `connect` starts another one.
 */
export interface SessionClient extends Connector, AsyncDisposable {
  /** What the session does now; `undefined` before the first `connect`. */
  readonly state: SessionState | undefined;
  /** Returns the session as it is now, and nothing while there is none. */
  inspect(): Iterable<SessionSnapshot>;
  /**
   * Ends all connections and the session, once the other side has everything
   * that was sent, or acknowledges nothing for `closeMs`.
   */
  close(): Promise<void>;
}

/**
 * Starts a client, whose options have names that were checked.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function startClient(
  address: Required<Address>,
  options: SessionClientOptions,
  dial: (signal: AbortSignal) => Promise<Transport>,
): SessionClient {
  const { retryMs = 0, onState } = options;
  const session = resolveSessionOptions(options);
  checkDuration("retryMs", retryMs);
  if (onState !== undefined) checkFunction("onState", onState);
  const backoff = resolveBackoff(options.backoff);
  const credentials = resolveCredentials(options.credentials);
  if (options.system !== undefined) {
    checkMethods("system", options.system, ["spawn", "tree"], "an ActorSystem");
  }
  const system = options.system ?? new ActorSystem();
  let state: SessionState | undefined;
  const entries = new PoolEntries<PooledSession>({
    clock: system.clock,
    lingerMs: Infinity,
  });
  const live = new LiveSessions();
  const pool = spawnNamed(
    system,
    `session client ${formatAddress(address)}`,
    poolActor(entries, {
      session,
      backoff,
      retryMs,
      credentials,
      onState(changed) {
        state = changed;
        return onState?.(changed);
      },
      live,
      dial: (_, signal) => dial(signal),
    }),
    { mailbox: { maxMessages: Infinity } },
  );
  async function close(): Promise<void> {
    pool.tell({ type: "close" });
    await pool.stopped;
    if (options.system === undefined) await system.shutdown();
  }
  return {
    get state() {
      return state;
    },
    async connect(options = {}) {
      checkConnectOptions(options);
      return await askForConnection<PoolMessage, LogicalConnection>(
        pool,
        options,
        (replyTo) => ({ type: "connect", address, options, replyTo }),
      );
    },
    inspect: () => live.inspect(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
