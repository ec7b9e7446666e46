/**
 * A program with many actors under load, and its page.
 *
 * @module
 */
import {
  type ActorRef,
  ActorSystem,
  child,
  findChild,
  supervisor,
} from "../../src/actor/mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import {
  type MetricsServer,
  serveMetrics,
  type ServeMetricsOptions,
} from "../../src/metrics/serve_metrics.ts";

/** What an actor of the program is sent. */
export type Work = "count" | "crash";

/** A program whose actors are in groups of a hundred. */
export class BusyProgram implements AsyncDisposable {
  readonly system: ActorSystem = new ActorSystem();
  readonly workers: ActorRef<Work>[] = [];
  #orders: ActorRef<Work> | undefined;
  readonly #collector: MetricsCollector;
  readonly #metrics: MetricsServer;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #load: ReturnType<typeof setInterval> | undefined;

  private constructor(options: ServeMetricsOptions) {
    // Failures are what the page shows.
    this.system.events.subscribe(() => {}, { handlesFailures: true });
    this.#collector = new MetricsCollector({ system: this.system });
    this.#metrics = serveMetrics(this.#collector, options);
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      this.#metrics.fetch,
    );
    this.#collector.start();
  }

  /** Starts a program of so many groups. */
  static async start(
    groups: number,
    options: ServeMetricsOptions = {},
  ): Promise<BusyProgram> {
    const program = new BusyProgram(options);
    const { system } = program;
    for (let group = 0; group < groups; group++) {
      system.spawn<never>((context) => {
        for (let worker = 1; worker < 100; worker++) {
          program.workers.push(context.spawn<Work>(
            () => ({ receive() {} }),
            { name: `worker-${worker}` },
          ));
        }
        return { receive() {} };
      }, { name: `pool-${group}` });
    }
    let count = 0;
    const orders = child<Work>({
      name: "orders",
      behavior: () => ({
        receive(work) {
          if (work === "crash") throw new Error("The order has no address");
          count++;
        },
        inspect: () => ({ orders: count }),
      }),
    });
    const shop = system.spawn(supervisor({ children: [orders] }), {
      name: "shop",
    });
    program.#orders = await findChild(shop, orders);
    await system.idle();
    return program;
  }

  /** One that is restarted when it crashes. */
  get orders(): ActorRef<Work> {
    if (this.#orders === undefined) throw new TypeError("It has not started");
    return this.#orders;
  }

  /** The address of the page. */
  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Has every actor handle messages, again and again. */
  load(): void {
    let next = 0;
    this.#load = setInterval(() => {
      for (let i = 0; i < 500; i++) {
        this.workers[next++ % this.workers.length]?.tell("count");
      }
    }, 20);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#load);
    await this.#collector[Symbol.asyncDispose]();
    await this.#metrics[Symbol.asyncDispose]();
    await this.#server.shutdown();
    await this.system.shutdown();
  }
}
