/**
 * One worker of `cores()`, from the inside: its actor system, the call of the
 * program's module, and its end in order.
 *
 * @module
 */
import { ActorSystem, realClock, TroupeError } from "../actor/mod.ts";
import { abortGuarded, report } from "../actor/internal.ts";
import { checkAddress } from "../checks/internal.ts";
import { shareListeners } from "../tcp/internal.ts";
import { Channel } from "./channel.ts";
import type { Core } from "./core.ts";
import {
  type CoreStart,
  DIAL,
  PING,
  START,
  STOP,
  TAKE_RELAYED,
  TOTALS,
  WORKER_GONE,
} from "./core_calls.ts";
import type { Connector } from "../session/mod.ts";
import { connectorToMain } from "./main_sessions.ts";
import { Relays } from "./relays.ts";
import { SharedListeners } from "./shared_listeners.ts";
import { SharedPorts } from "./shared_ports.ts";

/** Runs the worker whose channel goes over `port`. */
export function runCore(port: MessagePort): void {
  const channel = new Channel(port, {
    clock: realClock,
    from: -1,
    peer: "the main thread",
  });
  channel.handle(PING.handledBy(() => {}));
  channel.handle(START.handledBy(async (start) => {
    const running = new RunningCore(channel, start);
    channel.handle(STOP.handledBy(() => running.stop()));
    await running.start();
  }));
}

/** A worker that was started. */
class RunningCore {
  readonly #start: CoreStart;
  readonly #core: Core;
  readonly #system: ActorSystem;
  readonly #stopping = new AbortController();
  #ended: unknown;
  #connector: Connector | undefined;

  constructor(channel: Channel, start: CoreStart) {
    this.#start = start;
    const { index, count, incarnation, data, spread, shutdownMs } = start;
    this.#system = new ActorSystem({ shutdownMs: shutdownMs / 2 });
    const listens = spread === "kernel" || index === 0;
    const isShared = spread === "kernel" && count > 1;
    const ports = new SharedPorts(start.ports, listens);
    const relays = new Relays(channel);
    const listeners = new SharedListeners({
      ports,
      isShared,
      listens,
      relays,
      self: { index, incarnation },
      clock: realClock,
    });
    shareListeners(this.#system, listeners);
    channel.handle(TOTALS.handledBy(() => listeners.totals()));
    channel.handle(
      TAKE_RELAYED.handledBy((request) =>
        listeners.takeRelayed(request, request.from)
      ),
    );
    channel.handle(WORKER_GONE.handledBy((worker) => relays.onGone(worker)));
    this.#core = {
      system: this.#system,
      index,
      count,
      incarnation,
      data,
      signal: this.#stopping.signal,
      listens,
      sharePort: (options) => {
        const { hostname = "0.0.0.0", port = 0 } = options;
        checkAddress({ hostname, port }, 0);
        return ports.agree(port, (port) => {
          if (port === 0) port = freePort(hostname);
          return [{ ...options, port, reusePort: isShared }, port];
        });
      },
      handle: (topic, handler) => channel.handle(topic.handledBy(handler)),
      ask: (topic, request, options) => channel.ask(topic, request, options),
      tell: (topic, request) => void channel.tell(topic, request),
      connector: () =>
        this.#connector ??= connectorToMain(
          this.#system,
          (port) => channel.tell(DIAL, { port }, [port]),
        ),
    };
  }

  /** Calls the module of the program. */
  async start(): Promise<void> {
    const { module } = this.#start;
    const { default: main } = await import(module);
    if (typeof main !== "function") {
      throw new TroupeError(
        `${module} has no function as its default export, such as export default (core: Core) => { … }`,
      );
    }
    this.#ended = await main(this.#core);
  }

  /** Ends what the module has returned, then the system. */
  async stop(): Promise<void> {
    abortGuarded(this.#stopping, undefined, failed);
    const halfTime = Promise.withResolvers<void>();
    const timer = setTimeout(halfTime.resolve, this.#start.shutdownMs / 2);
    await Promise.race([this.#dispose().catch(failed), halfTime.promise]);
    clearTimeout(timer);
    const { killed } = await this.#system.shutdown();
    if (killed.length > 0) {
      report("Actors did not stop in time and were killed:", killed);
    }
  }

  async #dispose(): Promise<void> {
    const ended = this.#ended;
    if (typeof ended !== "object" || ended === null) return;
    const dispose = Reflect.get(ended, Symbol.asyncDispose) ??
      Reflect.get(ended, Symbol.dispose);
    if (typeof dispose === "function") await dispose.call(ended);
  }
}

function failed(cause: unknown): void {
  report("What a worker runs has failed while it shuts down:", cause);
}

/** Returns a port that was free just now. */
function freePort(hostname: string): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}
