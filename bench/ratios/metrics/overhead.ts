/**
 * The cost of metrics: a fixed amount of work of busy actors, with a collector
 * that takes a snapshot once a second, is scraped as often and sends events to
 * one client, beside the same work without it. The figure is the CPU time of
 * the process; the scraper and the client are in another one.
 *
 * Both contestants are the same process, which collects or does not: of two
 * processes that did the very same, one took a tenth longer for as long as
 * both lived, by the luck of its compiler and its memory.
 *
 * @module
 */

import { Shared } from "../../../src/load/drivers/shared.ts";
import { ASK } from "../../support/busy_actors.ts";
import { MeasuringProcess } from "../../support/measuring_process.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SCRIPT = new URL("../../support/busy_actors.ts", import.meta.url);
const SCRAPE_MS = 1000;

/** The process of both, and the address of its metrics. */
const both = new Shared(async () => {
  const process = new MeasuringProcess(SCRIPT, []);
  const url = `http://127.0.0.1:${await process.announced()}`;
  const end = () => process[Symbol.asyncDispose]();
  return { process, url, [Symbol.asyncDispose]: end };
});

const release = { [Symbol.asyncDispose]: () => both.release() };

const collected: Start = async () => {
  const { process, url } = await both.acquire();
  return contestant(async () => {
    await process.measure(ASK.collect);
    try {
      await using _watch = await watch(url);
      return await process.measure(ASK.work);
    } finally {
      await process.measure(ASK.rest);
    }
  }, release);
};

const bare: Start = async () => {
  const { process } = await both.acquire();
  return contestant(() => process.measure(ASK.work), release);
};

/** Scrapes, and listens to the events. */
async function watch(url: string): Promise<AsyncDisposable> {
  const accept = "application/openmetrics-text";
  const listening = await fetch(`${url}/events`);
  if (!listening.ok) {
    throw new Error("Cannot measure: there is no stream of events");
  }
  const reader = listening.body?.getReader();
  const reading = (async () => {
    while (reader !== undefined && !(await reader.read()).done);
  })();
  let scraping = Promise.resolve();
  const timer = setInterval(() => {
    scraping = scraping.then(async () => {
      const response = await fetch(`${url}/metrics`, { headers: { accept } });
      await response.text();
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
  ours: collected,
  baselines: { bare },
};
