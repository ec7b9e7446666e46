/**
 * A page's server that tests ask for views, in a time that stands still.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  ActorSystem,
  type ActorSystemOptions,
} from "../../../src/actor/mod.ts";
import {
  MetricsCollector,
  type MetricsServer,
  serveMetrics,
  type ServeMetricsOptions,
} from "../../../src/metrics/mod.ts";
import type {
  WatchData,
  WatchReply,
} from "../../../src/metrics/watch/protocol.ts";
import { ManualClock } from "../../../src/testing/mod.ts";

/** A system of actors and a server of its page; no socket. */
export class WatchedSystem implements AsyncDisposable {
  readonly clock: ManualClock = new ManualClock();
  readonly system: ActorSystem;
  readonly server: MetricsServer;
  readonly #collector: MetricsCollector;

  constructor(
    options: ServeMetricsOptions = {},
    system: ActorSystemOptions = {},
  ) {
    this.system = new ActorSystem({ clock: this.clock, ...system });
    this.#collector = new MetricsCollector({ system: this.system });
    this.server = serveMetrics(this.#collector, options);
  }

  get(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.server.fetch(
      new Request(`http://localhost/${path}`, {
        headers: { host: "localhost:8000", ...headers },
      }),
    );
  }

  /** Asks for a view, which must be there. */
  async ask(question: string): Promise<WatchReply> {
    const response = await this.get(`watch?${question}`);
    const text = await response.text();
    assertEquals(response.status, 200, text);
    return JSON.parse(text);
  }

  /** Asks for the data of one kind. */
  async see<K extends WatchData["type"]>(
    kind: K,
    rest = "",
  ): Promise<Extract<WatchData, { readonly type: K }>> {
    const { data } = await this.ask(`kind=${kind}${rest}`);
    if (isOf(data, kind)) return data;
    throw new TypeError(`The data is of ${data.type}`);
  }

  /** Lets a second pass; the next question waits for the look that is due. */
  async second(): Promise<void> {
    await this.system.idle();
    this.clock.advance(1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#collector[Symbol.asyncDispose]();
    await this.system.shutdown();
  }
}

function isOf<K extends WatchData["type"]>(
  data: WatchData,
  kind: K,
): data is Extract<WatchData, { readonly type: K }> {
  return data.type === kind;
}
