import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { PerformanceProfiler } from "../../src/profile/performance_profiler.ts";
import { ProfileError } from "../../src/profile/profile_errors.ts";
import { readCpuProfiles } from "../../src/profile/read_cpu_profiles.ts";
import { bounded } from "../support/net.ts";

/** Does so many million steps: each million takes some milliseconds. */
function burnCycles(millions: number): number {
  let sum = 0;
  for (let i = 0; i < millions * 1e6; i++) sum += Math.sqrt(i);
  return sum;
}

Deno.test(
  "a function that keeps the CPU busy is the hottest one of a profile",
  bounded,
  async () => {
    await using profiler = new PerformanceProfiler();
    const profile = await profiler.profile(() => burnCycles(100));
    const report = profile.report();
    const [first] = report.functions;
    assertEquals(first?.functionName, "burnCycles");
    assertEquals(first?.url, import.meta.url);
    assertEquals(report.files[0]?.url, import.meta.url);
    assertStringIncludes(profile.flameGraph(), "burnCycles");
  },
);

Deno.test(
  "a profile is cancelled by its signal, and another can be taken",
  bounded,
  async () => {
    await using profiler = new PerformanceProfiler();
    const controller = new AbortController();
    let received: AbortSignal | undefined;
    const profiling = profiler.profile((signal) => {
      received = signal;
      controller.abort(new Error("enough"));
      return new Promise(() => {});
    }, { signal: controller.signal });
    await assertRejects(() => profiling, Error, "enough");
    assert(received?.aborted);
    const next = await profiler.profile(() => burnCycles(20));
    assertNotEquals(next.report().samples, 0);
  },
);

Deno.test("a profile rejects with what the work throws", bounded, async () => {
  await using profiler = new PerformanceProfiler();
  await assertRejects(
    () =>
      profiler.profile(() => {
        throw new Error("no work today");
      }),
    Error,
    "no work today",
  );
});

Deno.test("a second profile at the same time is refused", bounded, async () => {
  await using profiler = new PerformanceProfiler();
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = profiler.profile(() => promise);
  await assertRejects(
    () => profiler.profile(() => {}),
    ProfileError,
    "another profile is being taken",
  );
  resolve();
  await first;
});

Deno.test(
  "closing the profiler cancels the profile that is being taken",
  bounded,
  async () => {
    const profiler = new PerformanceProfiler();
    const profiling = assertRejects(
      () => profiler.profile(() => new Promise(() => {})),
      ProfileError,
      "was closed",
    );
    await profiler[Symbol.asyncDispose]();
    await profiling;
    await assertRejects(
      () => profiler.profile(() => {}),
      ProfileError,
      "is closed",
    );
  },
);

Deno.test("a sampling interval out of its range is refused", async () => {
  await using profiler = new PerformanceProfiler();
  await assertRejects(
    () => profiler.profile(() => {}, { intervalMicros: 1 }),
    RangeError,
    "Cannot use intervalMicros: it is 1",
  );
});

Deno.test(
  "profiles that another process wrote are read",
  bounded,
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(
        `${directory}/child.ts`,
        `${burnCycles}\nburnCycles(70);`,
      );
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-check",
          "--cpu-prof",
          `--cpu-prof-dir=${directory}`,
          `${directory}/child.ts`,
        ],
      }).output();
      assert(success);
      const files = await readCpuProfiles(directory);
      assertEquals(files.length, 1);
      const [hottest] = files[0]?.profile.report().functions ?? [];
      assertEquals(hottest?.functionName, "burnCycles");
      const url = new URL(`file://${directory}`);
      assertEquals((await readCpuProfiles(url)).length, 1);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("the error names a file that is not a profile", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/broken.cpuprofile`, "{}");
    await assertRejects(
      () => readCpuProfiles(directory),
      ProfileError,
      "broken.cpuprofile",
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** Watches while each of so many steps runs, with a manual clock. */
async function watchSteps(steps: number, step: () => void) {
  const clock = new ManualClock();
  await using profiler = new PerformanceProfiler();
  let operations = 0;
  let looked = Promise.withResolvers<void>();
  await using watch = profiler.watchHeap({
    clock,
    operations: () => {
      looked.resolve();
      return operations;
    },
  });
  for (let i = 0; i < steps; i++) {
    await looked.promise;
    looked = Promise.withResolvers<void>();
    step();
    operations += 10;
    // After the sample has been taken and the next one is planned.
    await Promise.resolve();
    clock.advance(1000);
  }
  await looked.promise;
  return watch.report();
}

Deno.test(
  "a program that keeps 100 KB per operation leaks, at about that rate",
  bounded,
  async () => {
    const kept: number[][] = [];
    const report = await watchSteps(20, () => {
      for (let i = 0; i < 10; i++) kept.push(Array(12_500).fill(i + 0.5));
    });
    assertEquals(report.verdict, "leaking", report.reason);
    const perOperation = report.bytesPerOperation ?? 0;
    assert(perOperation > 90_000 && perOperation < 110_000, `${perOperation}`);
    assertEquals(kept.length, 200);
  },
);

Deno.test(
  "a program that creates garbage and keeps none of it is steady",
  bounded,
  async () => {
    const report = await watchSteps(20, () => {
      for (let i = 0; i < 10; i++) Array(12_500).fill(i + 0.5);
    });
    assertEquals(report.verdict, "steady", report.reason);
  },
);

Deno.test("a watch without collections keeps the least of ten measurements", async () => {
  const clock = new ManualClock();
  await using profiler = new PerformanceProfiler();
  const watch = profiler.watchHeap({ clock, collectGarbage: false });
  for (let i = 0; i < 39; i++) {
    await Promise.resolve();
    clock.advance(100);
  }
  await Promise.resolve();
  assertEquals(watch.report().samples.length, 4);
});

Deno.test("a watch ends with its signal, and reports its samples", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  await using profiler = new PerformanceProfiler();
  const watch = profiler.watchHeap({
    clock,
    collectGarbage: false,
    signal: controller.signal,
  });
  for (let i = 0; i < 30; i++) {
    await Promise.resolve();
    if (i === 20) controller.abort();
    clock.advance(100);
  }
  assertEquals(watch.report().samples.length, 2);
  assertEquals(watch.report().verdict, "inconclusive");
});

Deno.test("an error in counting operations is thrown by the report", async () => {
  await using profiler = new PerformanceProfiler();
  const watch = profiler.watchHeap({
    collectGarbage: false,
    operations: () => {
      throw new Error("lost count");
    },
  });
  await Promise.resolve();
  await Promise.resolve();
  await assertRejects(
    () => Promise.try(() => watch.report()),
    Error,
    "lost count",
  );
});
