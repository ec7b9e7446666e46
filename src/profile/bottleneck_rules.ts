/**
 * Rules that find what limits a service, each a pure function.
 *
 * @module
 */
import type { Facts, QueueFacts } from "./bottleneck_facts.ts";
import type {
  BottleneckFinding,
  BottleneckMeasurements,
  Evidence,
  ExpectedGain,
} from "./bottleneck_report.ts";
import { amdahlFactor, effortOf, finite, waitingFactor } from "./queueing.ts";

/** Utilisation of the CPU above which operations wait. */
const BUSY = 0.7;
/** Milliseconds that a thread may be blocked before others notice. */
const LONG_MS = 50;
/** Share of the latency from which something is reported. */
const NOTABLE = 0.3;
/** Share of the latency from which an unexplained wait is reported. */
const MOSTLY = 0.5;

/** Returns the numbers that are known, with their units. */
export function evidenceOf(
  ...entries: readonly (readonly [string, number | null, string])[]
): Evidence[] {
  return entries.flatMap(([name, value, unit]) => {
    const known = finite(value);
    return known === null ? [] : [{ name, value: known, unit }];
  });
}

/** Returns how severe it is if that share is used or spent. */
export function severityOf(share: number): BottleneckFinding["severity"] {
  if (share >= 0.9) return "critical";
  if (share >= 0.7) return "high";
  return share >= 0.5 ? "medium" : "low";
}

/** Finds a busy CPU. */
export function findCpu(
  facts: Facts,
  { availableCores = 1, profile }: BottleneckMeasurements,
): BottleneckFinding[] {
  const { cpuUtilisation, cpuCores, cpuDemandMs, rate } = facts;
  if (cpuUtilisation === null || cpuUtilisation < BUSY) return [];
  const [hottest] = profile?.functions ?? [];
  const shares = profile?.functions.map(({ selfShare }) => selfShare) ?? [];
  return [{
    resource: "cpu",
    name: "cpu",
    message: `The service uses ${percent(cpuUtilisation)} of its CPU time.`,
    severity: severityOf(cpuUtilisation),
    evidence: evidenceOf(
      ["utilisation", cpuUtilisation, "share"],
      ["busy", cpuCores, "cores"],
      ["available", availableCores, "cores"],
      ["CPU time of an operation", cpuDemandMs, "ms"],
      [
        "throughput at full utilisation",
        rate === null || cpuUtilisation === 0 ? null : rate / cpuUtilisation,
        "1/s",
      ],
      ["event-loop delay p99", facts.loopDelayP99Ms, "ms"],
      [
        `share of ${hottest?.functionName}`,
        hottest?.selfShare ?? null,
        "share",
      ],
    ),
    effort: effortOf(shares, "functions"),
    gain: hottest === undefined
      ? coreGain(facts, cpuUtilisation, availableCores)
      : functionGain(
        facts,
        cpuUtilisation,
        hottest.functionName,
        hottest.selfShare,
      ),
  }];
}

function functionGain(
  { model }: Facts,
  utilisation: number,
  name: string,
  share: number,
): ExpectedGain {
  const faster = amdahlFactor(share);
  return {
    change: `If ${name} itself took no time`,
    throughputFactor: faster,
    latencyFactor: model === "open"
      ? faster * waitingFactor(utilisation, utilisation / faster)
      : faster,
    by: model === "open"
      ? "Amdahl's law for the work, and W = S / (1 − ρ) for the wait"
      : "Amdahl's law, as long as the CPU is the limit",
  };
}

function coreGain(
  { model }: Facts,
  utilisation: number,
  cores: number,
): ExpectedGain {
  const factor = (cores + 1) / cores;
  return {
    change: "With one more core, if the work can be spread over all",
    throughputFactor: factor,
    latencyFactor: model === "open"
      ? waitingFactor(utilisation, utilisation / factor)
      : factor,
    by: model === "open"
      ? "W = S / (1 − ρ) at the lower utilisation"
      : "the utilisation law, as long as the CPU is the limit",
  };
}

/** Finds work that blocks the thread, although the CPU is not busy. */
export function findEventLoop(facts: Facts): BottleneckFinding[] {
  const { loopDelayP99Ms: delay, latencyP99Ms, cpuUtilisation } = facts;
  if (delay === null || delay < LONG_MS) return [];
  if (cpuUtilisation !== null && cpuUtilisation >= BUSY) return [];
  const share = latencyP99Ms === null || latencyP99Ms === 0
    ? null
    : Math.min(1, delay / latencyP99Ms);
  return [{
    resource: "event_loop",
    name: "event_loop",
    message: `The service's thread is blocked for up to ${
      delay.toFixed(0)
    } ms at a time, although its CPU is not fully used.`,
    severity: severityOf(share ?? MOSTLY),
    evidence: evidenceOf(
      ["event-loop delay p99", delay, "ms"],
      ["share of the latency p99", share, "share"],
      ["utilisation", cpuUtilisation, "share"],
    ),
    effort: null,
    gain: share === null ? null : {
      change: "Without this delay, for the slowest operations",
      throughputFactor: null,
      latencyFactor: amdahlFactor(share),
      by: "Amdahl's law",
    },
  }];
}

/** Finds queues in which operations wait, the longest wait first. */
export function findQueues(facts: Facts): BottleneckFinding[] {
  return facts.queues.flatMap((queue) => {
    const share = queueShare(queue, facts);
    const waits = queue.meanDepth >= 1 && share !== null && share >= NOTABLE;
    const grows = queue.growthPerSecond > 0 && queue.lastDepth >= 10;
    if (!waits && !grows) return [];
    return [{ queue, share: share ?? MOSTLY, grows }];
  }).sort((a, b) => b.share - a.share).map(({ queue, share, grows }) => ({
    resource: "queue",
    name: queue.name,
    message: grows
      ? `The queue ${queue.name} grows by ${
        queue.growthPerSecond.toPrecision(2)
      } a second.`
      : `Operations spend ${percent(share)} of their latency in ${queue.name}.`,
    // A queue that keeps growing will fill up.
    severity: severityOf(grows ? 1 : share),
    evidence: evidenceOf(
      ["mean depth", queue.meanDepth, "waiting"],
      ["last depth", queue.lastDepth, "waiting"],
      ["growth", queue.growthPerSecond, "1/s"],
      ["wait by Little's law", queue.waitMs, "ms"],
      ["share of the latency", queueShare(queue, facts), "share"],
      ["utilisation of the CPU", facts.cpuUtilisation, "share"],
    ),
    effort: effortOf([1], "queues"),
    gain: queueGain(facts, share),
  }));
}

/** Returns the share of the latency that is spent in a queue, from 0 to 1. */
export function queueShare(queue: QueueFacts, facts: Facts): number | null {
  const { meanMs } = facts;
  if (queue.waitMs === null || meanMs === null || meanMs === 0) return null;
  return Math.min(1, queue.waitMs / meanMs);
}

function queueGain(
  { model, cpuUtilisation }: Facts,
  share: number,
): ExpectedGain {
  // Higher concurrency helps until the CPU is busy.
  const room = cpuUtilisation === null || cpuUtilisation === 0
    ? 2
    : 1 / cpuUtilisation;
  const factor = Math.min(2, Math.max(1, room));
  return {
    change: "With twice the concurrency behind the queue",
    throughputFactor: factor,
    latencyFactor: model === "open"
      ? waitingFactor(share, share / factor)
      : factor,
    by: model === "open"
      ? "W = S / (1 − ρ), where ρ is the share of the wait, until the CPU is busy"
      : "Little's law with the same users, until the CPU is busy",
  };
}

/** Finds a stage that takes much of the latency. */
export function findStage(
  { meanMs }: Facts,
  { stages = [] }: BottleneckMeasurements,
): BottleneckFinding[] {
  const times = stages.flatMap(({ name, latency, visits = 1 }) => {
    const ms = finite((finite(latency.mean) ?? NaN) * visits);
    return ms === null ? [] : [{ name, ms }];
  }).sort((a, b) => b.ms - a.ms);
  const [slowest] = times;
  const sum = finite(times.reduce((total, { ms }) => total + ms, 0));
  if (slowest === undefined || sum === null) return [];
  const all = Math.max(sum, meanMs ?? 0);
  if (all === 0 || slowest.ms / all < NOTABLE) return [];
  const share = slowest.ms / all;
  return [{
    resource: "stage",
    name: slowest.name,
    message: `The stage ${slowest.name} takes ${
      percent(share)
    } of the latency.`,
    severity: severityOf(share),
    evidence: evidenceOf(
      ["mean time per operation", slowest.ms, "ms"],
      ["all stages", sum, "ms"],
      ["mean latency", meanMs, "ms"],
      ["share", share, "share"],
    ),
    effort: effortOf(times.map(({ ms }) => ms), "stages"),
    gain: {
      change: `Without the stage ${slowest.name}`,
      throughputFactor: null,
      latencyFactor: amdahlFactor(share),
      by: "Amdahl's law",
    },
  }];
}

/** Finds time that is neither CPU nor a known queue: the service waits. */
export function findDownstream(facts: Facts): BottleneckFinding[] {
  const { cpuUtilisation, cpuDemandMs, meanMs } = facts;
  if (cpuUtilisation === null || cpuDemandMs === null || meanMs === null) {
    return [];
  }
  if (cpuUtilisation >= BUSY || meanMs === 0) return [];
  const queued = facts.queues
    .reduce((sum, { waitMs }) => sum + (waitMs ?? 0), 0);
  const waitedMs = meanMs - cpuDemandMs - queued;
  const share = waitedMs / meanMs;
  if (!(share >= MOSTLY)) return [];
  return [{
    resource: "downstream",
    name: "downstream",
    message: `Operations spend ${
      percent(share)
    } of their latency neither on the service's CPU nor in a known queue: the service waits for something else.`,
    severity: severityOf(share),
    evidence: evidenceOf(
      ["mean latency", meanMs, "ms"],
      ["CPU time of an operation", cpuDemandMs, "ms"],
      ["known queues", queued, "ms"],
      ["unexplained", waitedMs, "ms"],
      ["utilisation of the CPU", cpuUtilisation, "share"],
    ),
    effort: null,
    gain: {
      change: "If what the service waits for took half the time",
      throughputFactor: null,
      latencyFactor: amdahlFactor(share / 2),
      by: "Amdahl's law",
    },
  }];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
