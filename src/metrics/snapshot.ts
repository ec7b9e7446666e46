/**
 * What a collector finds at one moment. A number that the platform or a
 * missing permission does not give is `null`, and never 0.
 *
 * @module
 */

/** Everything that was collected at one moment. */
export interface MetricsSnapshot {
  /** The number of the snapshot, from 1 on. */
  readonly sequence: number;
  /** When, in milliseconds since 1970. */
  readonly atMs: number;
  /** This process. */
  readonly process: ProcessMetrics;
  /** How late this process's timers are. */
  readonly eventLoop: EventLoopMetrics | null;
  /** The machine. */
  readonly host: HostMetrics;
  /** The actors of the system, by their names at the top of the tree. */
  readonly actors: ActorMetrics | null;
  /** What the application counts itself. */
  readonly instruments: readonly InstrumentSample[];
}

/** What this process uses. */
export interface ProcessMetrics {
  /** Processor time since its start, in milliseconds. */
  readonly cpuUserMs: number | null;
  /** The same, in the kernel. */
  readonly cpuSystemMs: number | null;
  /** Cores kept busy since the snapshot before: 1 is one core. */
  readonly cpuCores: number | null;
  /** Resident memory, in bytes. */
  readonly rssBytes: number | null;
  /** The heap of V8, in bytes: what is in use. */
  readonly heapUsedBytes: number | null;
  /** What V8 has taken for its heap, in bytes. */
  readonly heapTotalBytes: number | null;
  /** Memory that V8's objects hold outside its heap, in bytes. */
  readonly externalBytes: number | null;
  /** The parts of the heap. */
  readonly heapSpaces: readonly HeapSpace[] | null;
  /** Garbage collections since the start of the collector. */
  readonly gc: GarbageCollections | null;
  /** Open file descriptors. */
  readonly openFiles: number | null;
  /** Bytes read from disks since the start of the process. */
  readonly diskReadBytes: number | null;
  /** Bytes written to disks since the start of the process. */
  readonly diskWrittenBytes: number | null;
}

/** Garbage collections. */
export interface GarbageCollections {
  /** How many there were. */
  readonly count: number;
  /** For how long they held the thread, in milliseconds. */
  readonly pauseMs: number;
}

/** One part of V8's heap. */
export interface HeapSpace {
  /** As V8 calls it, such as `new_space`. */
  readonly name: string;
  /** What is in use, in bytes. */
  readonly usedBytes: number;
  /** What V8 has taken for it, in bytes. */
  readonly sizeBytes: number;
}

/** Delays of a short timer since the snapshot before, in milliseconds. */
export interface EventLoopMetrics {
  /** What half of them do not exceed. */
  readonly delayP50Ms: number;
  /** What 99 of 100 do not exceed. */
  readonly delayP99Ms: number;
  /** The longest. */
  readonly delayMaxMs: number;
}

/** What the machine does. */
export interface HostMetrics {
  /** Logical cores. */
  readonly cores: number | null;
  /** Load averages over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number] | null;
  /** All memory, in bytes. */
  readonly memoryTotalBytes: number | null;
  /** What programs could still get, in bytes. */
  readonly memoryAvailableBytes: number | null;
  /** Bytes over all network interfaces but the loopback, since the boot. */
  readonly networkReceivedBytes: number | null;
  /** The same, sent. */
  readonly networkSentBytes: number | null;
}

/** Counters of a system of actors. */
export interface ActorMetrics {
  /** Messages that could not be delivered. */
  readonly deadLetters: number;
  /** Answers that came after their ask had ended. */
  readonly lateReplies: number;
  /** Sums over each actor at the top of the tree and all below it. */
  readonly groups: readonly ActorGroup[];
}

/** An actor at the top of the tree, with all below it. */
export interface ActorGroup {
  /** Its name. */
  readonly name: string;
  /** Actors that are not gone. */
  readonly actors: number;
  /** Messages that wait. */
  readonly mailboxMessages: number;
  /** Bytes that wait, in mailboxes that are bounded in bytes. */
  readonly mailboxBytes: number;
  /** Messages handled. */
  readonly processed: number;
  /** Restarts by supervisors. */
  readonly restarts: number;
  /** Time that handlers held the thread, where it is measured. */
  readonly busyMs: number | null;
}

/** Labels of an instrument, such as `{ route: "/orders" }`. */
export type Labels = Readonly<Record<string, string>>;

/** What one instrument of the application says. */
export type InstrumentSample = ValueSample | HistogramSample;

/** What all samples have. */
export interface SampleBase {
  /** The name of the instrument. */
  readonly name: string;
  /** What it counts, in words. */
  readonly help: string;
  /** Its unit, such as `seconds`; empty for a count. */
  readonly unit: string;
  /** Which of its series this is. */
  readonly labels: Labels;
}

/** What a counter or a gauge says. */
export interface ValueSample extends SampleBase {
  /** A counter only grows. */
  readonly type: "counter" | "gauge";
  /** The number. */
  readonly value: number;
}

/** What a histogram says. */
export interface HistogramSample extends SampleBase {
  /** Tells it from a number. */
  readonly type: "histogram";
  /** What was recorded so far. */
  readonly summary: DistributionSummary;
}

/** A distribution in numbers; `null` where nothing was recorded. */
export interface DistributionSummary {
  /** How many values there are. */
  readonly count: number;
  /** Their sum. */
  readonly sum: number;
  /** The smallest. */
  readonly min: number | null;
  /** Their average. */
  readonly mean: number | null;
  /** The median: what half of them do not exceed. */
  readonly p50: number | null;
  /** What 90 % of them do not exceed. */
  readonly p90: number | null;
  /** What 95 % of them do not exceed. */
  readonly p95: number | null;
  /** What 99 % of them do not exceed. */
  readonly p99: number | null;
  /** What 99.9 % of them do not exceed. */
  readonly p999: number | null;
  /** The largest. */
  readonly max: number | null;
}
