/**
 * Samples that are read when somebody asks for them, and are no part of
 * snapshots: they would be too many to keep each second.
 *
 * @module
 */
import { countsUpTo, type Distribution } from "./distribution.ts";
import type { MetricsFeed } from "./feed.ts";
import type { InstrumentSample, SampleBase, ValueSample } from "./snapshot.ts";

/** A sample of something that is counted elsewhere. */
export type LiveSample = ValueSample | LiveHistogram;

/** A histogram whose values are in a distribution. */
export interface LiveHistogram extends SampleBase {
  readonly type: "histogram";
  /** The upper bounds of its buckets, in its unit. */
  readonly bounds: readonly number[];
  /** All values so far, in its unit. */
  readonly values: Distribution;
}

/** Returns all samples of a source as they are now. */
export type LiveSource = () => readonly LiveSample[];

/** The most sources of a feed; the oldest is forgotten for another one. */
const MAX_SOURCES = 10;

const sourcesOf = new WeakMap<MetricsFeed, Map<string, LiveSource>>();

/**
 * Has what exports a feed export these samples too, for as long as there is the
 * feed. A source of the same name takes the place of the one before it.
 */
export function attachSource(
  feed: MetricsFeed,
  name: string,
  source: LiveSource,
): void {
  const sources = sourcesOf.get(feed) ?? new Map<string, LiveSource>();
  sourcesOf.set(feed, sources);
  sources.delete(name);
  sources.set(name, source);
  const [oldest] = sources.keys();
  if (sources.size > MAX_SOURCES && oldest !== undefined) {
    sources.delete(oldest);
  }
}

/** Returns the samples of all sources of a feed. */
export function readSources(feed: MetricsFeed): LiveSample[] {
  return [...sourcesOf.get(feed)?.values() ?? []].flatMap((read) => read());
}

/** Returns a sample with the buckets of its values, as instruments have them. */
export function instrumentSample(sample: LiveSample): InstrumentSample {
  if (sample.type !== "histogram") return sample;
  const { bounds, values, ...base } = sample;
  const summary = values.summary();
  return {
    ...base,
    count: summary.count,
    sum: summary.sum,
    buckets: { bounds, counts: countsUpTo(values, bounds) },
    summary,
  };
}
