/**
 * The wait for whoever scrapes the metrics of a run, after its end.
 *
 * @module
 */
import { duration } from "../report/numbers.ts";
import type { RunArguments } from "./args.ts";
import { Interrupts } from "./interrupts.ts";
import { note } from "./output.ts";
import type { Scrapes } from "./scrapes.ts";

/**
 * Waits until the last values were scraped, for as long as the arguments say or
 * the scrapes before suggest. A signal ends the wait, and changes nothing else.
 */
export async function awaitScrape(
  scrapes: Scrapes,
  endedAt: number,
  { scrapeWaitMs = scrapes.waitMs, quiet }: Pick<
    RunArguments,
    "scrapeWaitMs" | "quiet"
  >,
): Promise<void> {
  if (scrapeWaitMs <= 0) return;
  const ended = new AbortController();
  using _interrupts = new Interrupts({
    end: () => ended.abort(),
    endAtOnce() {},
  });
  if (!quiet) {
    await note(
      `Waiting at most ${
        duration(scrapeWaitMs)
      } for a last scrape of /metrics; Ctrl-C ends that.`,
    );
  }
  const was = await scrapes.since(endedAt, scrapeWaitMs, ended.signal);
  if (!was && !quiet) await note("The last values were not scraped.");
}
