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

/** The views that a page asks for while somebody looks at its actors. */
const VIEWS = [
  "kind=overview",
  "kind=actors&sort=mailbox&order=descending&limit=200",
  "kind=dead_letters&limit=200",
];
const RENEW_MS = 5000;

/** Looks at actors as a page does. */
async function look(url: string): Promise<AsyncDisposable> {
  const ask = async (): Promise<void> => {
    await Promise.all(VIEWS.map(async (view) => {
      const response = await fetch(`${url}/watch?${view}`);
      if (!response.ok) throw new Error(`Cannot measure: no ${view}`);
      await response.text();
    }));
  };
  await ask();
  let asking = Promise.resolve();
  const timer = setInterval(() => {
    asking = asking.then(ask);
  }, RENEW_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await asking;
    },
  };
}

const crowded: Start = async () => {
  const { process } = await both.acquire();
  await process.measure(ASK.crowd);
  return contestant(() => process.measure(ASK.work), release);
};

const watched: Start = async () => {
  const { process, url } = await both.acquire();
  await process.measure(ASK.crowd);
  return contestant(async () => {
    await process.measure(ASK.collect);
    try {
      await using _watch = await watch(url);
      await using _look = await look(url);
      return await process.measure(ASK.work);
    } finally {
      await process.measure(ASK.rest);
    }
  }, release);
};

/**
 * The same with 10,000 actors more, and a page that is open at its table of
 * actors.
 */
export const page: Comparison = {
  unit: "ms",
  rounds: 9,
  ours: watched,
  baselines: { bare: crowded },
};

/** Milliseconds of CPU for all of the work. */
export const overhead: Comparison = {
  unit: "ms",
  rounds: 9,
  ours: collected,
  baselines: { bare },
};
