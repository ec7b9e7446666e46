/**
 * The measurements of one moment. A number that the platform does not have, or
 * a missing permission hides, is `null` and never 0.
 *
 * @module
 */

/** All measurements of one moment. */
export interface MetricsSnapshot {
  /** The number of the snapshot, from 1. */
  readonly sequence: number;
  /** The time in milliseconds since 1970. */
  readonly atMs: number;
  /**
   * The time in milliseconds since 1970 by a clock that never goes back: that
   * of the day when the collector was created, and what has passed since. It
   * gives the order of snapshots, and rates, however the time of day is set.
   */
  readonly steadyMs: number;
  /** What this process uses. */
  readonly process: ProcessMetrics;
  /** How late the timers of this process fire. */
  readonly eventLoop: EventLoopMetrics | null;
  /** The load of the machine. */
  readonly host: HostMetrics;
  /**
   * The limits that a container or a service sets for this process; `null` if
   * there are none, or they cannot be read.
   */
  readonly cgroup: CgroupMetrics | null;
  /** The actors of the system, grouped by those at the top of the tree. */
  readonly actors: ActorMetrics | null;
  /** The application's own instruments. */
  readonly instruments: readonly InstrumentSample[];
}

/** The resources that this process uses. */
export interface ProcessMetrics {
  /** Processor time in user mode since the start, in milliseconds. */
  readonly cpuUserMs: number | null;
  /** Processor time in the kernel since the start, in milliseconds. */
  readonly cpuSystemMs: number | null;
  /** Cores kept busy since the previous snapshot: 1 is one core. */
  readonly cpuCores: number | null;
  /** Resident memory in bytes. */
  readonly rssBytes: number | null;
  /** Bytes in use in V8's heap. */
  readonly heapUsedBytes: number | null;
  /** Bytes that V8 has allocated for its heap. */
  readonly heapTotalBytes: number | null;
  /** Bytes that V8's objects hold outside its heap. */
  readonly externalBytes: number | null;
  /** The spaces of the heap. */
  readonly heapSpaces: readonly HeapSpace[] | null;
  /** Garbage collections since the collector was started. */
  readonly gc: GarbageCollections | null;
  /** Number of open file descriptors. */
  readonly openFiles: number | null;
  /** Bytes read from disks since the start of the process. */
  readonly diskReadBytes: number | null;
  /** Bytes written to disks since the start of the process. */
  readonly diskWrittenBytes: number | null;
}

/** Garbage collections of this process. */
export interface GarbageCollections {
  /** Number of garbage collections. */
  readonly count: number;
  /** Milliseconds for which they paused the thread. */
  readonly pauseMs: number;
}

/** One space of V8's heap. */
export interface HeapSpace {
  /** The name that V8 has for it, such as `new_space`. */
  readonly name: string;
  /** Bytes in use in the space. */
  readonly usedBytes: number;
  /** Bytes that V8 has allocated for it. */
  readonly sizeBytes: number;
}

/** Delays of a short timer since the previous snapshot, in milliseconds. */
export interface EventLoopMetrics {
  /** The median: half of the delays do not exceed it. */
  readonly delayP50Ms: number;
  /** The delay that 99 of 100 do not exceed. */
  readonly delayP99Ms: number;
  /** The longest delay since then. */
  readonly delayMaxMs: number;
}

/** The load and the resources of the machine. */
export interface HostMetrics {
  /** Number of logical cores. */
  readonly cores: number | null;
  /** Load averages over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number] | null;
  /** Bytes of memory in all. */
  readonly memoryTotalBytes: number | null;
  /** Bytes of memory that programs could still get. */
  readonly memoryAvailableBytes: number | null;
  /**
   * Bytes received since the boot over the interfaces with a device behind
   * them, so that those of bridges, bonds, tunnels and containers are counted
   * once. In a container it is those with a default route.
   */
  readonly networkReceivedBytes: number | null;
  /** Bytes sent since the boot over the same interfaces. */
  readonly networkSentBytes: number | null;
}

/** The limits of the cgroup of this process, which end or slow it. */
export interface CgroupMetrics {
  /**
   * Bytes of memory that it may use: the least limit of its cgroup and those
   * above it; `null` without a limit.
   */
  readonly memoryLimitBytes: number | null;
  /**
   * Bytes in use in the cgroup that has this limit, by all its processes. Files
   * that the kernel keeps in memory and does not need are not counted.
   */
  readonly memoryUsedBytes: number | null;
  /** Cores that it may keep busy, such as 1.5; `null` without a limit. */
  readonly cpuLimitCores: number | null;
}

/** Counters of a system of actors. */
export interface ActorMetrics {
  /** Messages that could not be delivered. */
  readonly deadLetters: number;
  /** Replies that came after their ask had ended. */
  readonly lateReplies: number;
  /** Sums over each actor at the top of the tree and all below it. */
  readonly groups: readonly ActorGroup[];
}

/** A group of actors: one at the top of the tree, with all below it. */
export interface ActorGroup {
  /** The name of that actor; `//others` for those over the limit. */
  readonly name: string;
  /** Actors that are not gone. */
  readonly actors: number;
  /** Messages that wait in mailboxes. */
  readonly mailboxMessages: number;
  /** Bytes that wait, in mailboxes that are bounded in bytes. */
  readonly mailboxBytes: number;
  /** Messages that were handled. */
  readonly processed: number;
  /** Restarts of actors by their supervisors. */
  readonly restarts: number;
  /** Milliseconds that handlers held the thread; `null` if not measured. */
  readonly busyMs: number | null;
}

/** Labels of an instrument, such as `{ route: "/orders" }`. */
export type Labels = Readonly<Record<string, string>>;

/** The value of an instrument for one set of labels. */
export type InstrumentSample = ValueSample | HistogramSample;

/** The properties that all samples have. */
export interface SampleBase {
  /** The name of the instrument. */
  readonly name: string;
  /** A sentence that says what is counted. */
  readonly help: string;
  /** The unit, such as `seconds`; empty for a count. */
  readonly unit: string;
  /** The labels of this value. */
  readonly labels: Labels;
}

/** The value of a counter or a gauge. */
export interface ValueSample extends SampleBase {
  /** The type of the instrument; a counter only grows. */
  readonly type: "counter" | "gauge";
  /** The count, or the value of the gauge. */
  readonly value: number;
}

/** The value of a histogram. */
export interface HistogramSample extends SampleBase {
  /** The type of the instrument. */
  readonly type: "histogram";
  /** Number of all values so far. */
  readonly count: number;
  /** Sum of all values so far. */
  readonly sum: number;
  /**
   * Counts of all values so far by upper bounds. Those of several instances can
   * be summed up.
   */
  readonly buckets: HistogramBuckets;
  /**
   * The distribution of the values of the window, by default the last minute:
   * its count and sum are those of the window too.
   */
  readonly summary: DistributionSummary;
}

/** The buckets of a histogram: two lists, which take less memory than pairs. */
export interface HistogramBuckets {
  /** The upper bounds in the unit of the histogram, in ascending order. */
  readonly bounds: readonly number[];
  /** For each bound, the number of values that do not exceed it. */
  readonly counts: readonly number[];
}

/** A distribution in numbers; they are `null` if nothing was recorded. */
export interface DistributionSummary {
  /** Number of recorded values. */
  readonly count: number;
  /** Sum of the values. */
  readonly sum: number;
  /** The smallest of the values. */
  readonly min: number | null;
  /** The mean of the values. */
  readonly mean: number | null;
  /** The median: half of the values do not exceed it. */
  readonly p50: number | null;
  /** The value that 90 % do not exceed. */
  readonly p90: number | null;
  /** The value that 95 % do not exceed. */
  readonly p95: number | null;
  /** The value that 99 % do not exceed. */
  readonly p99: number | null;
  /** The value that 99.9 % do not exceed. */
  readonly p999: number | null;
  /** The largest of the values. */
  readonly max: number | null;
}
