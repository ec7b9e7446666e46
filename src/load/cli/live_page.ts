/**
 * The page with live charts of the load, and of this process.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type { ActorSystem } from "../../actor/mod.ts";
import {
  MetricsCollector,
  type MetricsServer,
  serveMetrics,
  SseStream,
  type WatchedConnections,
} from "../../metrics/mod.ts";
import type { LoadEnd, LoadEvent } from "../../metrics/internal.ts";
import type { LoadProgress, LoadResult } from "../result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { LoadUsageError } from "./args.ts";
import { Scrapes } from "./scrapes.ts";
import { loadEndOf, loadEventOf } from "./load_event.ts";

/**
 * Bytes of events that are kept, so that a page which is opened later has the
 * run from its start: half an hour of a run with ten operations.
 */
const BUFFER_BYTES = 8 * 1024 * 1024;

/** Serves a page on the loopback interface until it is disposed. */
export class LivePage implements AsyncDisposable {
  /** Watches this process. */
  readonly collector: MetricsCollector;
  /** Who reads `/metrics`. */
  readonly scrapes: Scrapes = new Scrapes();
  readonly #events = new SseStream({ bufferBytes: BUFFER_BYTES });
  readonly #metrics: MetricsServer;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * Serves the page on a port; 0 picks a free one. It shows the actors of the
   * system, and the sessions of what is handed in.
   *
   * @throws {LoadUsageError} if the port is taken or not permitted.
   */
  constructor(
    system: ActorSystem,
    port: number,
    connections?: readonly WatchedConnections[],
  ) {
    this.collector = new MetricsCollector({ system });
    this.#metrics = serveMetrics(this.collector, {
      events: this.#events,
      ...connections && { connections },
    });
    try {
      this.#server = Deno.serve(
        { hostname: "127.0.0.1", port, onListen() {} },
        (request) => this.#respond(request),
      );
    } catch (cause) {
      throw new LoadUsageError(
        `Cannot serve the page on port ${port}: ${
          reasonOf(cause)
        }; choose another --page-port, or --no-page`,
        { cause },
      );
    }
    this.collector.start();
  }

  async #respond(request: Request): Promise<Response> {
    const response = await this.#metrics.fetch(request);
    const isScrape = request.method === "GET" && response.ok &&
      new URL(request.url).pathname === "/metrics";
    if (isScrape) this.scrapes.note(request);
    return response;
  }

  /** The address of the page. */
  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Shows the progress of a run. */
  update(scenario: Scenario, progress: LoadProgress): void {
    this.#publish("load", loadEventOf(scenario, progress));
  }

  /** Shows how the run has ended, and where its report is. */
  end(result: LoadResult, report: string | undefined): void {
    this.#publish("load_end", loadEndOf(result, report));
  }

  #publish(name: string, data: LoadEvent | LoadEnd): void {
    this.#events.publish(name, JSON.stringify(data));
  }

  /** Ends the page, and disconnects its viewers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.collector[Symbol.asyncDispose]();
    await this.#metrics[Symbol.asyncDispose]();
    this.#events[Symbol.dispose]();
    await this.#server.shutdown();
  }
}
