/**
 * Rules that find what limits a store, each a pure function.
 *
 * @module
 */
import type { Facts } from "./bottleneck_facts.ts";
import type {
  BottleneckFinding,
  ConstrainedResource,
  Evidence,
  ExpectedGain,
} from "./bottleneck_report.ts";
import { evidenceOf, severityOf } from "./bottleneck_rules.ts";
import { amdahlFactor, waitingFactor } from "./queueing.ts";
import type { SlowQuery } from "../store/mod.ts";
import type { StoreFacts } from "./store_facts.ts";

/** Share of its time from which a part of a store is what others wait for. */
const BUSY = 0.7;
/** Share of the writer's work from which the disk is what it waits for. */
const MOSTLY = 0.5;

/** The resources that are parts of a store. */
export const STORE_RESOURCES: ReadonlySet<ConstrainedResource> = new Set([
  "disk",
  "writer",
  "readers",
  "hashing",
]);

/** Finds the parts of a store that are busy, the busiest first. */
export function findStore(
  store: StoreFacts | null,
  { model }: Facts,
  slowQueries: readonly SlowQuery[] = [],
): BottleneckFinding[] {
  if (store === null) return [];
  const found = [
    findWriter(store, model),
    findReaders(store, model, slowQueries),
    findHashing(store, model),
  ];
  return found.flatMap((one) => one ?? [])
    .sort((a, b) => b.share - a.share)
    .map(({ finding }) => finding);
}

interface Found {
  readonly share: number;
  readonly finding: BottleneckFinding;
}

function found(
  resource: ConstrainedResource,
  share: number,
  message: string,
  evidence: readonly Evidence[],
  gain: ExpectedGain | null,
): Found {
  const finding = {
    resource,
    name: resource,
    message,
    severity: severityOf(share),
    evidence,
    effort: null,
    gain,
  };
  return { share, finding };
}

function findWriter(store: StoreFacts, model: Facts["model"]): Found | null {
  const { writer, writerHeld, disk, writesPerSecond } = store;
  const evidence = evidenceOf(
    ["writer works", writer, "share"],
    ["writer is taken", writerHeld, "share"],
    ["commits wait for the disk", disk, "share"],
    ["time of a commit", store.commitMs, "ms"],
    ["commits", store.commitsPerSecond, "1/s"],
    ["writes", writesPerSecond, "1/s"],
    ["writes waiting", store.writesWaiting, "waiting"],
  );
  if (writer >= BUSY && disk / writer >= MOSTLY) {
    return found(
      "disk",
      writer,
      `The writer of the store waits for the disk ${
        percent(disk)
      } of the time: each commit takes ${ms(store.commitMs)}.`,
      evidence,
      {
        change: "If commits took no time, as with synchronous: normal",
        throughputFactor: amdahlFactor(disk / writer),
        latencyFactor: latencyFactor(model, writer, writer - disk),
        by: "Amdahl's law for the work of the writer",
      },
    );
  }
  if (writer >= BUSY) {
    return found(
      "writer",
      writer,
      `The writer of the store works ${percent(writer)} of the time, and ${
        percent(disk)
      } of the time for the disk.`,
      evidence,
      {
        change: "If a write took half the time",
        throughputFactor: 2,
        latencyFactor: latencyFactor(model, writer, writer / 2),
        by: "the utilisation law, as long as the writer is the limit",
      },
    );
  }
  // The time of the way to the writer is not the fault of a function.
  if (writerHeld < BUSY || store.writesWaiting < 1) return null;
  return found(
    "writer",
    writerHeld,
    `The writer of the store is taken ${
      percent(writerHeld)
    } of the time, but works ${
      percent(writer)
    } of it: stored functions hold it while they do something else.`,
    evidence,
    {
      change: "If functions held the writer for its own work alone",
      throughputFactor: amdahlFactor(1 - writer / writerHeld),
      latencyFactor: latencyFactor(model, writerHeld, writer),
      by: "the utilisation law, as long as the writer is the limit",
    },
  );
}

function findReaders(
  store: StoreFacts,
  model: Facts["model"],
  slowQueries: readonly SlowQuery[],
): Found | null {
  const { readers, readerThreads, readMs } = store;
  if (readers < BUSY) return null;
  const factor = (readerThreads + 1) / readerThreads;
  return found(
    "readers",
    readers,
    `The readers of the store work ${
      percent(readers)
    } of the time: each read takes ${ms(readMs)}.${missingIndex(slowQueries)}`,
    evidenceOf(
      ["readers work", readers, "share"],
      ["readers", readerThreads, "threads"],
      ["time of a read", readMs, "ms"],
      ["reads", store.readsPerSecond, "1/s"],
      ["reads waiting", store.readsWaiting, "waiting"],
    ),
    {
      change: "With one more reader, if a core is free for it",
      throughputFactor: factor,
      latencyFactor: latencyFactor(model, readers, readers / factor),
      by: "the utilisation law, as long as the readers are the limit",
    },
  );
}

/** Says which of the slow queries lacks an index; the slowest comes first. */
function missingIndex(slowQueries: readonly SlowQuery[]): string {
  const slow = slowQueries.find(({ plan }) => plan?.needsScan);
  if (slow === undefined) return "";
  const { kind, collection, filter, plan } = slow;
  const index = plan?.index === undefined
    ? "no index serves it"
    : `an index on ${plan.index.join(", ")} may serve it`;
  return ` The ${kind} of ${collection} with ${
    filter || "no filter"
  } reads all records: ${index}.`;
}

function findHashing(store: StoreFacts, model: Facts["model"]): Found | null {
  const { hashing, hashesAtOnce, hashesWaiting } = store;
  if (hashing < BUSY) return null;
  const factor = (hashesAtOnce + 1) / Math.max(1, hashesAtOnce);
  return found(
    "hashing",
    Math.min(1, hashing),
    `Passwords are hashed ${
      percent(hashing)
    } of the time, ${hashesAtOnce} at once, and ${
      hashesWaiting.toPrecision(2)
    } wait.`,
    evidenceOf(
      ["hashes run", hashing, "share"],
      ["hashes at once", hashesAtOnce, "hashes"],
      ["hashes waiting", hashesWaiting, "waiting"],
    ),
    {
      change: "With one more hash at once, if a core is free for it",
      throughputFactor: factor,
      latencyFactor: latencyFactor(model, hashing, hashing / factor),
      by: "the utilisation law, as long as hashes are the limit",
    },
  );
}

function latencyFactor(
  model: Facts["model"],
  before: number,
  after: number,
): number {
  return model === "open"
    ? waitingFactor(before, after)
    : Math.max(1, before / Math.max(after, 0.01));
}

function ms(value: number | null): string {
  return value === null ? "an unknown time" : `${value.toPrecision(3)} ms`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
