/**
 * What metrics cost: a fixed amount of work of busy actors, with a collector
 * that looks once a second, is scraped as often and tells one client over SSE,
 * beside the same without. The figure is the CPU time of the process; those
 * who scrape and listen are in another one.
 *
 * @module
 */

import { MeasuringProcess } from "../../support/measuring_process.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SCRIPT = new URL("../../support/busy_actors.ts", import.meta.url);
const SCRAPE_MS = 1000;

function start(metrics: "collected" | "bare"): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const process = stack.use(new MeasuringProcess(SCRIPT, [metrics]));
    const port = await process.announced();
    if (metrics === "collected") stack.use(await watch(port));
    return contestant(() => process.measure(), stack.move());
  };
}

/** Scrapes, and listens to the events. */
async function watch(port: number): Promise<AsyncDisposable> {
  const url = `http://127.0.0.1:${port}`;
  const accept = "application/openmetrics-text";
  const listening = await fetch(`${url}/events`);
  const reader = listening.body?.getReader();
  const reading = (async () => {
    while (reader !== undefined && !(await reader.read()).done);
  })();
  let scraping = Promise.resolve();
  const timer = setInterval(() => {
    scraping = scraping.then(async () => {
      const response = await fetch(`${url}/metrics`, { headers: { accept } });
      await response.body?.pipeTo(new WritableStream());
    });
  }, SCRAPE_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await scraping;
      await reader?.cancel();
      await reading;
    },
  };
}

/** Milliseconds of CPU for all of the work. */
export const overhead: Comparison = {
  unit: "ms",
  rounds: 9,
  ours: start("collected"),
  baselines: { bare: start("bare") },
};
