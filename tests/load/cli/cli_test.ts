import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parse } from "@std/csv";
import type { LoadResult } from "../../../src/load/result.ts";
import { bounded } from "../../support/net.ts";
import { findProgram } from "../../support/programs.ts";
import { Command, shortScenario } from "./command.ts";

const FILES = [
  "junit.xml",
  "operations.csv",
  "report.html",
  "report.txt",
  "result.json",
  "summary.md",
  "timeline.csv",
];

Deno.test(
  "a run that passes exits with 0, prints a report, and writes all files",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    const { code, stdout, stderr } = await command.run(path, "--out", "out");
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^\n?PASSED {2}short & quick, /);
    assertStringIncludes(stdout, "✓ throughput > 0 /s");
    assertMatch(stderr, /^short & quick: 2 users, closed model, 1\.2 s$/m);
    assertMatch(stderr, /^Live charts: http:\/\/127\.0\.0\.1:\d+\/$/m);
    assertMatch(stderr, /^Reports: out\/report\.html$/m);
    assertEquals(command.list("out"), FILES);
    const result: LoadResult = JSON.parse(command.read("out/result.json"));
    const { ok, planned } = result.steady.accounting;
    assertEquals([result.verdict, ok > 0], ["passed", true]);
    const [columns = [], get] = parse(command.read("out/operations.csv"));
    assertEquals(get?.[columns.indexOf("planned")], String(planned));
    assertEquals(
      parse(command.read("out/timeline.csv")).length,
      result.timeline.points.length + 1,
    );
    assertStringIncludes(command.read("out/report.html"), "short &amp; quick");
    assertStringIncludes(command.read("out/report.txt"), "PASSED");
  },
);

Deno.test(
  "what is warned of before a run is in its reports, too",
  bounded,
  async () => {
    await using command = new Command();
    const { criteria: _, ...scenario } = shortScenario();
    const path = command.write("short.json", scenario);
    const { code, stderr } = await command.run(path, "--out", "out");
    assertEquals(code, 0, stderr);
    const [, warning = ""] = stderr.match(/^Warning: (criteria .*)$/m) ?? [];
    const { warnings }: LoadResult = JSON.parse(
      command.read("out/result.json"),
    );
    assertEquals(warnings.filter((one) => one === warning), [warning]);
  },
);

Deno.test(
  "a criterion that does not hold is exit code 1, and --quiet names it",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    const { code, stdout, stderr } = await command.run(
      ...[path, "--quiet", "--set", "criteria.0.value=1e9"],
    );
    assertEquals(code, 1, stderr);
    assertEquals(stdout, "");
    assertMatch(
      stderr,
      /^failed: throughput must be above 1,000,000,000 \/s, but it is .* \/s\.\n$/,
    );
    const [name = ""] = command.list("load-results");
    assertMatch(name, /^short-quick-\d{8}-\d{6}$/);
    assertEquals(command.list(`load-results/${name}`), FILES);
  },
);

Deno.test(
  "a mistake in a scenario is exit code 2, with line, column and what was probably meant",
  bounded,
  async () => {
    await using command = new Command();
    command.write(
      "typo.yaml",
      `name: typo
load: { model: closed, users: 1 }
phases: { steadyMs: 1000 }
operations:
  - name: get
    drivr: http
    driver: htp
    request: { url: "http://127.0.0.1:1/" }
`,
    );
    const { code, stdout, stderr } = await command.run("typo.yaml");
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(
      stderr,
      'typo.yaml:6:5: operations[0].drivr is not a known field, did you mean "driver"?',
    );
    assertEquals(command.list(), ["typo.yaml"]);
  },
);

Deno.test(
  "wrong arguments and files are exit code 2",
  bounded,
  async () => {
    await using command = new Command();
    const { code, stderr } = await command.run("there-is-none.yaml");
    assertEquals(code, 2);
    assertStringIncludes(stderr, "the file does not exist");
  },
);

Deno.test(
  "reports never overwrite anything: a directory with files in it is exit code 2",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    const { code, stderr } = await command.run(path, "--out", ".");
    assertEquals(code, 2);
    assertStringIncludes(stderr, "it contains short.json");
  },
);

Deno.test(
  "a target that exits is exit code 3, with all files",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("dies.json", shortScenario(20));
    const { code, stdout, stderr } = await command.run(
      ...[path, "--no-page", "--out", "out"],
    );
    assertEquals(code, 3, stderr);
    assertStringIncludes(stdout, "INVALID");
    const result: LoadResult = JSON.parse(command.read("out/result.json"));
    assertStringIncludes(result.reasons.join(), "it exited with code 7");
    assert(!stderr.includes("Live charts"));
    assertEquals(command.list("out"), FILES);
  },
);

Deno.test(
  "a report that cannot be written is exit code 5, and costs no other",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    command.start(path, "--no-page", "--out", "out");
    await command.line(/ steady /);
    await Deno.mkdir(`${command.directory}/out/report.html`);
    const { code, stderr } = await command.ended();
    assertEquals(code, 5, stderr);
    assertStringIncludes(stderr, "Cannot write the reports to out: ");
    assertEquals(command.list("out"), FILES);
    const result: LoadResult = JSON.parse(command.read("out/result.json"));
    assertEquals(result.operations.length, 1);
  },
);

Deno.test("SIGINT is exit code 4, with all files", bounded, async () => {
  await using command = new Command();
  const path = command.write("short.json", shortScenario());
  command.start(
    path,
    "--set",
    "phases.steadyMs=60000",
    "--out",
    "out",
    "--json",
  );
  await command.line(/ steady /);
  command.signal("SIGINT");
  const { code, stdout, stderr } = await command.ended();
  assertEquals(code, 4, stderr);
  assertStringIncludes(stderr, "press Ctrl-C again to end at once");
  const result: LoadResult = JSON.parse(stdout);
  assertEquals(result.verdict, "aborted");
  assertEquals(result.reasons, [
    "The run was aborted during steady: Ctrl-C (SIGINT)",
  ]);
  assertEquals(command.list("out"), FILES);
});

Deno.test(
  "a criterion that ends the run is exit code 6, with all files",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", {
      ...shortScenario(),
      criteria: [{
        metric: "throughput",
        is: "above",
        value: 1_000_000,
        abort: true,
        abortAfterMs: 0,
      }],
    });
    const { code, stdout, stderr } = await command.run(
      path,
      "--set",
      "phases.steadyMs=60000",
      "--out",
      "out",
      "--json",
    );
    assertEquals(code, 6, stderr);
    const result: LoadResult = JSON.parse(stdout);
    assertEquals(result.verdict, "aborted");
    assertEquals(result.abortedBy?.criterion.metric, "throughput");
    assertEquals(command.list("out"), FILES);
  },
);

Deno.test(
  "--workers spreads the load over threads, and Ctrl-C ends all",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    const options = ["--json", "--no-reports", "--workers", "2"];
    command.start(path, "--set", "phases.steadyMs=60000", ...options);
    await command.line(/ steady /);
    command.signal("SIGINT");
    const { code, stdout, stderr } = await command.ended();
    assertEquals(code, 4, stderr);
    const result: LoadResult = JSON.parse(stdout);
    assertEquals(result.workers.map(({ users }) => users), [1, 1]);
    const planned = result.workers.map(({ total }) => total.planned);
    assertEquals(
      planned.reduce((sum, one) => sum + one),
      result.total.planned,
    );
  },
);

Deno.test(
  "--help lists the exit codes, with exit code 0",
  bounded,
  async () => {
    await using command = new Command();
    const { code, stdout, stderr } = await command.run("--help");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "Exit codes: 0 passed");
    for (const file of FILES) assertStringIncludes(stdout, file);
  },
);

Deno.test(
  "what --print prints can be run, with the changes",
  bounded,
  async () => {
    await using command = new Command();
    const { stdout } = await command.run(
      ...["http-api", "--print", "--set", "load.users=3"],
    );
    command.write("own.yaml", stdout);
    const again = await command.run("own.yaml", "--print");
    assertEquals([again.code, again.stdout], [0, stdout]);
    assertStringIncludes(stdout, "users: 3");
  },
);

Deno.test(
  "a second signal ends a run at once, with its target and without reports",
  bounded,
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using command = new Command();
    const script = new URL("stubborn_target.ts", import.meta.url).href;
    const path = command.write("stubborn.json", {
      ...shortScenario(),
      target: {
        command: "deno",
        args: ["run", "--allow-all", script, String(listener.addr.port)],
        readyPattern: "listening on (?<port>\\d+)",
      },
    });
    command.start(path, "--set", "phases.steadyMs=60000", "--out", "out");
    using target = await listener.accept();
    await command.line(/ steady /);
    command.signal("SIGINT");
    await command.line(/press Ctrl-C again to end at once/);
    command.signal("SIGTERM");
    const { code, stdout } = await command.ended();
    assertEquals([code, stdout], [130, ""]);
    assertEquals(command.list(), ["stubborn.json"]);
    // It ends when the target does.
    assertEquals(await target.read(new Uint8Array(1)), null);
  },
);

Deno.test(
  "a run that is killed leaves no process of its target",
  { ...bounded, ignore: Deno.build.os === "windows" },
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using command = new Command();
    const script = new URL("stubborn_target.ts", import.meta.url).href;
    const path = command.write("killed.json", {
      ...shortScenario(),
      target: {
        command: "sh",
        args: [
          ...["-c", '"$0" run --allow-all "$1" "$2" & wait'],
          ...[Deno.execPath(), script, String(listener.addr.port)],
        ],
        readyPattern: "listening on (?<port>\\d+)",
      },
    });
    command.start(path, "--set", "phases.steadyMs=60000");
    using target = await listener.accept();
    await command.line(/ steady /);
    command.signal("SIGKILL");
    await command.ended();
    // It ends when the last process of the target does.
    assertEquals(await target.read(new Uint8Array(1)), null);
  },
);

Deno.test(
  "a result goes to a pipe that is not ready, all of it and after the reports",
  { ...bounded, ignore: findProgram("perl") === undefined },
  async () => {
    await using command = new Command();
    const path = command.write("large.json", {
      ...shortScenario(),
      // More than a pipe holds.
      description: "large ".repeat(50_000),
    });
    // Whoever shares the pipe can make it one that does not block. It is full of
    // blanks, which JSON allows, before the command starts.
    const script = `perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL,
      fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK) or die;
      1 while syswrite(STDOUT, " " x 4096); 1 while syswrite(STDOUT, " ")' &&
      exec "$0" "$@"`;
    command.startWith(
      ["sh", "-c", script],
      ...[path, "--json", "--quiet", "--out", "out"],
    );
    // The result follows the reports, and the verdict follows the result.
    await command.created("out/timeline.csv");
    const { code, stdout, stderr } = await command.ended();
    assertEquals([code, stderr], [0, "passed: Every criterion holds.\n"]);
    const result: LoadResult = JSON.parse(stdout);
    assertEquals(result.verdict, "passed");
    assertEquals(command.list("out"), FILES);
  },
);
