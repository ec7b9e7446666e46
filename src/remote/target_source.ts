/**
 * Where a stub has its actor from: from one connection, or from one connection
 * after another.
 *
 * @module
 */
import { Reconnector } from "../rpc/internal.ts";
import {
  ConnectionClosedError,
  type Connector,
  HandshakeTimeoutError,
} from "../session/mod.ts";
import { ClientLink, type MakeStub } from "./client_link.ts";
import type { ClientSettings } from "./client_settings.ts";
import type { ClientTarget } from "./client_target.ts";
import { REMOTE_VERSION } from "./frames.ts";
import type { Protocol } from "./protocol.ts";

/** Where a stub has its actor from. */
export interface TargetSource {
  /** The actor as it can be called now, or as it was when it ended. */
  readonly current: ClientTarget | undefined;
  /** How many connections were opened. */
  readonly opened: number;
  /** How many wait for a connection. */
  readonly waiting: number;
  /** Waits for a connection, unless `over` rejects first. */
  next(over: Promise<never>): Promise<ClientTarget>;
  /** Closes the connection, or releases the actor. */
  close(): Promise<void>;
}

/** An actor that has one connection, and ends with it. */
export class SingleSource implements TargetSource {
  readonly opened = 1;
  readonly waiting = 0;
  readonly current: ClientTarget;
  readonly #isRoot: boolean;

  constructor(target: ClientTarget, isRoot: boolean) {
    this.current = target;
    this.#isRoot = isRoot;
  }

  next(): Promise<ClientTarget> {
    return Promise.resolve(this.current);
  }

  close(): Promise<void> {
    const { link } = this.current;
    if (this.#isRoot) return link.close();
    link.release(
      this.current,
      new ConnectionClosedError("Cannot call: the stub is closed"),
    );
    return Promise.resolve();
  }
}

/** An actor that is connected to again when the connection is lost. */
export class ReconnectingSource implements TargetSource {
  readonly #connections: Reconnector<ClientTarget>;

  /**
   * @param open Opens a connection.
   * @param opened Called with the actor of each connection.
   */
  constructor(
    { clock, reconnect }: ClientSettings,
    open: (signal: AbortSignal) => Promise<ClientTarget>,
    opened: (target: ClientTarget) => void,
  ) {
    this.#connections = new Reconnector({
      clock,
      backoff: reconnect as NonNullable<typeof reconnect>,
      async open(signal) {
        const target = await open(signal);
        opened(target);
        return target;
      },
      isOver: ({ link }) => link.error !== undefined,
      ended: ({ link }) => link.ended,
      close: ({ link }) => link.close(),
      discard: ({ link }) => void link.close(),
    });
  }

  get current(): ClientTarget | undefined {
    return this.#connections.current;
  }

  get opened(): number {
    return this.#connections.opened;
  }

  get waiting(): number {
    return this.#connections.waiting;
  }

  next(over: Promise<never>): Promise<ClientTarget> {
    const { current } = this.#connections;
    return current === undefined
      ? this.#connections.next(over)
      : Promise.resolve(current);
  }

  close(): Promise<void> {
    return this.#connections.close(
      new ConnectionClosedError("Cannot call: the stub is closed"),
    );
  }
}

/** Opens a connection to an actor, and waits until it can be called. */
export async function openTarget(
  connector: Connector,
  protocol: Protocol,
  settings: ClientSettings,
  makeStub: MakeStub,
  signal: AbortSignal | undefined,
): Promise<ClientTarget> {
  const connection = await connector.connect({
    ...settings.connect,
    ...(signal === undefined ? {} : { signal }),
    id: protocol.name,
    metadata: new Uint8Array([REMOTE_VERSION]),
  });
  const link = new ClientLink(connection, protocol, settings, makeStub);
  const onAbort = (): void => void link.close();
  signal?.addEventListener("abort", onAbort, { once: true });
  const { clock, timeoutMs } = settings;
  let late: HandshakeTimeoutError | undefined;
  const timer = timeoutMs === Infinity
    ? undefined
    : clock.schedule(timeoutMs, () => {
      late = new HandshakeTimeoutError(
        `Cannot connect as ${protocol.name}: the other side has not said what it serves within ${timeoutMs} ms`,
      );
      void link.close();
    });
  try {
    return await link.root;
  } catch (error) {
    void link.close();
    throw signal?.aborted ? signal.reason : late ?? error;
  } finally {
    timer?.cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}
