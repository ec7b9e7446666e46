/**
 * Who scrapes the metrics of a run, so that the last values are not lost.
 *
 * @module
 */

/** The longest wait for a last scrape, in milliseconds: Prometheus' interval. */
const MAX_WAIT_MS = 60_000;

/** What is known of the scrapes so far. */
export interface ScrapesSeen {
  /** Whether one of them named its time-out, as Prometheus does. */
  readonly byScraper: boolean;
  /** Milliseconds between the last two; `undefined` before there are two. */
  readonly intervalMs: number | undefined;
}

/**
 * Returns how long to wait for the next scrape, in milliseconds: twice the
 * interval, and as long as is usual if that is not known. Nobody is waited for
 * who has not come before.
 */
export function scrapeWaitMs({ byScraper, intervalMs }: ScrapesSeen): number {
  if (intervalMs !== undefined) return Math.min(2 * intervalMs, MAX_WAIT_MS);
  return byScraper ? MAX_WAIT_MS : 0;
}

/** Notes the scrapes of a page, and waits for one. */
export class Scrapes {
  #byScraper = false;
  #intervalMs: number | undefined;
  #lastAt: number | undefined;
  readonly #waiting = new Set<() => void>();

  /** How long a last scrape should be waited for, by default. */
  get waitMs(): number {
    return scrapeWaitMs({
      byScraper: this.#byScraper,
      intervalMs: this.#intervalMs,
    });
  }

  /** Notes a request for metrics that gets them. */
  note({ headers }: Request): void {
    // Whoever looks at it in a browser does not come back.
    if (headers.get("accept")?.includes("text/html")) return;
    const now = performance.now();
    if (headers.has("x-prometheus-scrape-timeout-seconds")) {
      this.#byScraper = true;
    }
    if (this.#lastAt !== undefined) this.#intervalMs = now - this.#lastAt;
    this.#lastAt = now;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /**
   * Resolves to whether there was a scrape since a time, before the wait was
   * over or the signal aborted.
   */
  async since(
    atMs: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#lastAt !== undefined && this.#lastAt >= atMs) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const onScrape = () => resolve(true);
    const onAbort = () => resolve(false);
    this.#waiting.add(onScrape);
    const timer = setTimeout(onAbort, waitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(onScrape);
    }
  }
}
