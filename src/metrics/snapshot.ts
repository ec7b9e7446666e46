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
  readonly gc: { readonly count: number; readonly pauseMs: number } | null;
  /** Open file descriptors. */
  readonly openFiles: number | null;
  /** Bytes read from disks since the start of the process. */
  readonly diskReadBytes: number | null;
  /** Bytes written to disks since the start of the process. */
  readonly diskWrittenBytes: number | null;
}

/** One part of V8's heap. */
export interface HeapSpace {
  readonly name: string;
  readonly usedBytes: number;
  readonly sizeBytes: number;
}

/** Delays of a short timer since the snapshot before, in milliseconds. */
export interface EventLoopMetrics {
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

/** What the machine does. */
export interface HostMetrics {
  readonly cores: number | null;
  /** Load averages over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number] | null;
  readonly memoryTotalBytes: number | null;
  readonly memoryAvailableBytes: number | null;
  /** Bytes over all network interfaces but the loopback, since the boot. */
  readonly networkReceivedBytes: number | null;
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
  readonly name: string;
  /** Actors that are not gone. */
  readonly actors: number;
  /** Messages that wait. */
  readonly mailboxMessages: number;
  /** Bytes that wait, in mailboxes that are bounded in bytes. */
  readonly mailboxBytes: number;
  /** Messages handled. */
  readonly processed: number;
  readonly restarts: number;
  /** Time that handlers held the thread, where it is measured. */
  readonly busyMs: number | null;
}

/** Labels of an instrument, such as `{ route: "/orders" }`. */
export type Labels = Readonly<Record<string, string>>;

/** What one instrument of the application says. */
export type InstrumentSample =
  | {
    readonly type: "counter" | "gauge";
    readonly name: string;
    readonly help: string;
    readonly unit: string;
    readonly labels: Labels;
    readonly value: number;
  }
  | {
    readonly type: "histogram";
    readonly name: string;
    readonly help: string;
    readonly unit: string;
    readonly labels: Labels;
    readonly summary: DistributionSummary;
  };

/** A distribution in numbers; `null` where nothing was recorded. */
export interface DistributionSummary {
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}
