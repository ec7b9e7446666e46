/**
 * Connects to an actor in another process.
 *
 * @module
 */
import { checkMethods, kindOf } from "../checks/internal.ts";
import type { Connector } from "../session/mod.ts";
import {
  type ClientSettings,
  type ConnectActorOptions,
  resolveClientOptions,
} from "./client_settings.ts";
import type { ClientTarget } from "./client_target.ts";
import { Protocol } from "./protocol.ts";
import { createStub, type Stub } from "./stub.ts";
import { StubHost } from "./stub_host.ts";
import {
  openTarget,
  ReconnectingSource,
  SingleSource,
} from "./target_source.ts";

/**
 * Connects to an actor that another process exposes with the same protocol, and
 * returns its stub. The connector says where: `pool.peer(address)` of `./tcp`
 * is one.
 *
 * A cut of the network is not noticed, as the session below goes on over
 * another socket. When the session is lost, what is pending rejects with
 * `SessionLostError`, watchers learn that the actor is `unavailable`, and that
 * is the end of the stub, unless it is made to `reconnect`.
 *
 * @param options May be left out; each option has its default.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { command, connectActor, expose, implement, protocol, request } from "@troupe/troupe/remote";
 * import { ConnectionPool, listen } from "@troupe/troupe/tcp";
 *
 * const Counter = protocol("counter/1", {
 *   add: command<{ by: number }>(),
 *   read: request<void, number>(),
 * });
 *
 * await using system = new ActorSystem();
 * let total = 0;
 * const counter = implement(Counter, {
 *   add: ({ by }) => void (total += by),
 *   read: () => total,
 * });
 * await using listener = listen(system, { port: 0, ...expose(system, [counter]) });
 *
 * await using pool = new ConnectionPool(system);
 * await using stub = await connectActor(pool.peer(listener.address), Counter);
 * stub.add({ by: 42 });
 * console.assert(await stub.read() === 42);
 * ```
 *
 * @throws {ProtocolMismatchError} as a rejection, if the other side serves the
 * protocol in other versions alone.
 * @throws {ConnectionRefusedError} as a rejection, if it does not serve it.
 * @throws {ConnectError | HandshakeTimeoutError | SessionLostError} as a
 * rejection, if there is no session with it.
 * @throws {TypeError} as a rejection, if the connector or the protocol is none,
 * or an option has the wrong type or is not known.
 * @throws {RangeError} as a rejection, if an option is out of its range.
 */
export async function connectActor<P extends Protocol>(
  connector: Connector,
  protocol: P,
  options: ConnectActorOptions = {},
): Promise<Stub<P>> {
  checkMethods("connector", connector, ["connect"], "a connector");
  if (!(protocol instanceof Protocol)) {
    throw new TypeError(
      `Cannot use protocol: it is ${
        kindOf(protocol)
      }, it must be made by protocol()`,
    );
  }
  const settings = resolveClientOptions(options);
  const giveStub = (target: ClientTarget): object =>
    stubOf(target, settings, false);
  const { signal } = settings.connect;
  if (settings.reconnect === undefined) {
    const target = await openTarget(
      connector,
      protocol,
      settings,
      giveStub,
      signal,
    );
    return stubOf(target, settings, true) as Stub<P>;
  }
  return await connectAgain(connector, protocol, settings, giveStub) as Stub<P>;
}

/** Returns the stub of an actor that has one connection. */
function stubOf(
  target: ClientTarget,
  settings: ClientSettings,
  isRoot: boolean,
): object {
  const { protocol } = target;
  const host = new StubHost(
    protocol,
    settings,
    new SingleSource(target, isRoot),
  );
  host.follow(target, true);
  return createStub(protocol, host);
}

/** Returns a stub that connects again when its connection is lost. */
async function connectAgain(
  connector: Connector,
  protocol: Protocol,
  settings: ClientSettings,
  giveStub: (target: ClientTarget) => object,
): Promise<object> {
  const never = new Promise<never>(() => {});
  // The signal is for the first connection.
  const { signal, ...connect } = settings.connect;
  const source = new ReconnectingSource(
    settings,
    (opening) =>
      openTarget(
        connector,
        protocol,
        { ...settings, connect },
        giveStub,
        opening,
      ),
    (target) => {
      host.follow(target, false);
      void target.link.ended.then(() => {
        source.next(never).catch((error) => host.giveUp(error));
      });
    },
  );
  const host = new StubHost(protocol, settings, source);
  const over = Promise.withResolvers<never>();
  const onAbort = (): void => over.reject(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await source.next(over.promise);
  } catch (error) {
    void source.close();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
  return createStub(protocol, host);
}
