/**
 * One worker of `cores()`, from the inside: its actor system, the call of the
 * program's module, and its end in order.
 *
 * @module
 */
import { ActorSystem, realClock, TroupeError } from "../actor/mod.ts";
import { abortGuarded, report } from "../actor/internal.ts";
import { Channel } from "./channel.ts";
import type { Core } from "./core.ts";
import { type CoreStart, PING, START, STOP } from "./core_calls.ts";

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

  constructor(channel: Channel, start: CoreStart) {
    this.#start = start;
    const { index, count, incarnation, data, spread, shutdownMs } = start;
    this.#system = new ActorSystem({ shutdownMs: shutdownMs / 2 });
    this.#core = {
      system: this.#system,
      index,
      count,
      incarnation,
      data,
      signal: this.#stopping.signal,
      listens: spread === "kernel" || index === 0,
      handle: (topic, handler) => channel.handle(topic.handledBy(handler)),
      ask: (topic, request, options) => channel.ask(topic, request, options),
      tell: (topic, request) => void channel.tell(topic, request),
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
