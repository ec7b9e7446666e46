import {
  assert,
  assertEquals,
  assertExists,
  assertStringIncludes,
} from "@std/assert";
import { BottleneckAnalyzer } from "../../src/profile/bottleneck_analyzer.ts";
import type { BottleneckReport } from "../../src/profile/bottleneck_report.ts";
import type { StoreStats } from "../../src/store/mod.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { loadOf } from "./measurements.ts";
import { analyzeStore, type Slowness } from "./slow_store.ts";

function numberOf(report: BottleneckReport, name: string): number {
  const shown = JSON.stringify(report, null, 2);
  const found = report.findings[0]?.evidence.find((one) => one.name === name);
  assertExists(found, shown);
  return found.value;
}

for (
  const [way, resource, evidence] of [
    ["scan", "readers", "reads waiting"],
    ["logins", "hashing", "hashes waiting"],
    ["function", "writer", "writes waiting"],
  ] as const
) {
  Deno.test(
    `what limits a real store that is slow by ${way} is found: ${resource}`,
    bounded,
    async () => {
      let report = await analyzeStore(way);
      // Where others use the machine, what asks starves now and then.
      for (let tries = 0; tries < 4; tries++) {
        if (report.findings[0]?.resource === resource) break;
        report = await analyzeStore(way);
      }
      const [first] = report.findings;
      assertEquals(first?.resource, resource, JSON.stringify(report, null, 2));
      assert(numberOf(report, evidence) > 1);
      assertEquals(report.summary, first?.message);
      if (way === "scan") {
        const lacks = "reads all records: an index on level may serve it";
        assertStringIncludes(report.summary, lacks);
      }
    },
  );
}

/** Runs the slow store with a disk that takes 20 ms for each commit. */
async function onSlowDisk(way: Slowness): Promise<BottleneckReport> {
  const { success, stdout, stderr } = await new Deno.Command("strace", {
    args: [
      ...["--follow-forks", "--seccomp-bpf", "--output=/dev/null"],
      ...["-e", "trace=fsync,fdatasync"],
      ...["-e", "inject=fsync,fdatasync:delay_enter=20000"],
      ...[Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all"],
      ...[new URL("slow_store.ts", import.meta.url).pathname, way],
    ],
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}

async function canTrace(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("strace", {
      args: ["--follow-forks", "--seccomp-bpf", "--output=/dev/null", "true"],
    }).output();
    return success;
  } catch {
    return false;
  }
}

Deno.test(
  "what limits a real store whose disk takes 20 ms for each commit is found: disk",
  // Needs strace, which must be allowed to trace.
  { ...bounded, ignore: !isSlow || !await canTrace() },
  async () => {
    const report = await onSlowDisk("disk");
    const [first] = report.findings;
    assertEquals(first?.resource, "disk", JSON.stringify(report, null, 2));
    assert(numberOf(report, "time of a commit") >= 20);
  },
);

Deno.test("a real store that has little to do limits nothing", async () => {
  const report = await analyzeStore("fast");
  const parts = ["disk", "writer", "readers", "hashing"];
  const found = report.findings.filter(({ resource }) =>
    parts.includes(resource)
  );
  assertEquals(found, [], JSON.stringify(report, null, 2));
});

/** Numbers of a store at the start and end of ten seconds. */
function statsOf(
  { writer = {}, readers = {}, auth = {} }: {
    writer?: Partial<StoreStats["writer"]>;
    readers?: Partial<StoreStats["readers"]>;
    auth?: Partial<StoreStats["auth"]>;
  },
): StoreStats[] {
  const none: StoreStats = {
    atMs: 1000,
    writer: {
      waiting: 0,
      writes: 0,
      busyMs: 0,
      commits: 0,
      commitMs: 0,
      heldMs: 0,
    },
    readers: { threads: 2, waiting: 0, reads: 0, busyMs: 0 },
    auth: {
      logins: 0,
      wrongLogins: 0,
      refusedTries: 0,
      hashesRunning: 0,
      hashesWaiting: 0,
      hashesRefused: 0,
      hashesAtOnce: 1,
      hashesBusyMs: 0,
      cachedSessions: 0,
      mails: 0,
      failedMails: 0,
    },
  };
  return [none, {
    atMs: 11_000,
    writer: { ...none.writer, ...writer },
    readers: { ...none.readers, ...readers },
    auth: { ...none.auth, ...auth },
  }];
}

Deno.test("a writer that waits for commits is told from one that works", () => {
  const analyzer = new BottleneckAnalyzer({ latencyP99Ms: 1 });
  const busy = { busyMs: 9500, heldMs: 9900, writes: 1000, commits: 500 };
  for (
    const [commitMs, resource] of [[9000, "disk"], [500, "writer"]] as const
  ) {
    const { findings: [first] } = analyzer.analyze({
      load: loadOf(),
      store: statsOf({ writer: { ...busy, commitMs } }),
    });
    assertEquals([first?.resource, first?.severity], [resource, "critical"]);
    assert((first?.gain?.throughputFactor ?? 0) > 1.9);
  }
});

Deno.test("a store whose parts are idle, and one without time, limits nothing", () => {
  const analyzer = new BottleneckAnalyzer({ latencyP99Ms: 1 });
  const idle = statsOf({ readers: { busyMs: 5000, reads: 1000 } });
  for (const store of [idle, idle.slice(0, 1), []]) {
    const { verdict } = analyzer.analyze({ load: loadOf(), store });
    assertEquals(verdict, "unknown");
  }
});
