/**
 * The page of metrics on a real socket, and what a test looks for in it.
 *
 * @module
 */
import { loadEndOf, loadEventOf } from "../../src/load/cli/load_event.ts";
import type { LoadResult } from "../../src/load/result.ts";
import type { Scenario } from "../../src/load/scenario/scenario.ts";
import {
  type MetricsServer,
  serveMetrics,
} from "../../src/metrics/serve_metrics.ts";
import type { TestBrowser } from "../terminal/browser.ts";
import { loadProgress } from "./loads.ts";
import { TestFeed } from "./snapshots.ts";

/** The scenario of the load tests that are shown. */
export const SCENARIO: Scenario = {
  name: "checkout of a shop",
  description: "A login, a basket and a checkout",
  load: { model: "open", arrivalsPerSecond: 1000, maxUsers: 300 },
  phases: { rampUpMs: 15_000, steadyMs: 35_000, rampDownMs: 10_000 },
  operations: [],
};

/** A server on a real socket, with a feed that a test moves. */
export class Served implements AsyncDisposable {
  readonly feed: TestFeed = new TestFeed();
  #metrics: MetricsServer;
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#metrics = serveMetrics(this.feed, { prefix: "/board/" });
    this.#server = this.#serve(0);
  }

  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/board/`;
  }

  /** Waits until so many tabs have a stream of events. */
  async streams(count: number): Promise<void> {
    while (this.#metrics.events.clients !== count) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Shows a run of a minute in its second number `n`. */
  load(n: number): void {
    this.#publish("load", loadEventOf(SCENARIO, loadProgress(n)));
  }

  /** Shows a run as a program does that publishes its progress as it is. */
  rawLoad(n: number): void {
    this.#publish("load", loadProgress(n));
  }

  /** Shows how the run has ended. */
  loadEnd(result: LoadResult, report: string | undefined): void {
    this.#publish("load_end", loadEndOf(result, report));
  }

  #publish(name: string, data: unknown): void {
    this.#metrics.events.publish(name, JSON.stringify(data));
  }

  /** Ends, and is gone until `start`. */
  async stop(): Promise<void> {
    await this.#metrics[Symbol.asyncDispose]();
    await this.#server.shutdown();
  }

  /** Responds with 503 on the same port, until events were requested. */
  async refuse(): Promise<void> {
    const requested = Promise.withResolvers<void>();
    const { hostname, port } = this.#server.addr;
    const options = { hostname, port, onListen() {} };
    await using _server = Deno.serve(options, ({ url }) => {
      if (url.includes("/events")) requested.resolve();
      return new Response(null, { status: 503 });
    });
    await requested.promise;
  }

  /** Begins again on the same port, with the events of a new stream. */
  start(): void {
    const { port } = this.#server.addr;
    this.#metrics = serveMetrics(this.feed, { prefix: "/board/" });
    this.#server = this.#serve(port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve(
      { hostname: "127.0.0.1", port, onListen() {} },
      this.#metrics.fetch,
    );
  }
}

/** Chooses a view, as soon as there is one. */
export async function view(
  { page }: TestBrowser,
  name: string,
): Promise<void> {
  await page.getByRole("tab", { name, exact: true }).click();
}

/** Waits until a chart shows a value beside the name of a line. */
export async function shows(
  { page }: TestBrowser,
  title: string,
  line: string,
  value: string,
): Promise<void> {
  await page.locator(".panel:visible", { hasText: title })
    .locator("dl div", { hasText: `${line}${value}` }).waitFor();
}

/** Titles of the charts that are there. */
export async function titles({ page }: TestBrowser): Promise<string[]> {
  return await page.locator(".panel:visible h3").allTextContents();
}

/** Whether the page is no wider than its window. */
export async function fits({ page }: TestBrowser): Promise<boolean> {
  return await page.evaluate(
    "document.documentElement.scrollWidth <= innerWidth",
  ) === true;
}
