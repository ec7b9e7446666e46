import { assertRejects, assertThrows } from "@std/assert";
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import { functionDriver } from "../../src/load/drivers/function.ts";
import { standardDrivers } from "../../src/load/drivers/drivers.ts";
import { logicalDriver } from "../../src/load/drivers/logical.ts";
import { sseDriver } from "../../src/load/drivers/sse.ts";
import { tcpDriver } from "../../src/load/drivers/tcp.ts";
import { terminalDriver } from "../../src/load/drivers/terminal.ts";
import { webTerminalDriver } from "../../src/load/drivers/web_terminal.ts";
import { websocketDriver } from "../../src/load/drivers/websocket.ts";
import { LoadTestError } from "../../src/load/load_errors.ts";
import { PerformanceScenarios } from "../../src/load/presets/performance_scenarios.ts";
import { scenarioTemplates } from "../../src/load/scenario/scenario_templates.ts";
import { resultToHtml } from "../../src/load/report/html_report.ts";
import { resultToMarkdown } from "../../src/load/report/markdown_report.ts";
import { resultToText } from "../../src/load/report/text_report.ts";
import { TestDriver } from "../support/load_drivers.ts";
import { failed } from "./report/results.ts";
import { chat } from "./scenarios.ts";

/** A value without its type, as a program without types has it. */
function untyped<T>(value: unknown): T {
  return Reflect.get({ value }, String("value"));
}

const drivers = { websocket: new TestDriver() };

for (
  const [what, make, text] of [
    [
      "no options",
      () => new LoadTestManager(untyped(undefined)),
      "Cannot use options of LoadTestManager: it is missing",
    ],
    [
      "no drivers",
      () => new LoadTestManager(untyped({})),
      "Cannot use drivers: it is missing",
    ],
    [
      "a driver that is none",
      () => new LoadTestManager(untyped({ drivers: { http: {} } })),
      "Cannot use drivers.http: ",
    ],
    [
      "a misspelt option",
      () => new LoadTestManager(untyped({ drivers, colector: {} })),
      'did you mean "collector"?',
    ],
    [
      "a misspelt limit",
      () => new LoadTestManager(untyped({ drivers, health: { lagP99: 1 } })),
      'did you mean "lagP99Ms"?',
    ],
    [
      "a driver of something else than functions",
      () => functionDriver(untyped({ hash: "sha256" })),
      "Cannot use hash: it is a string, it must be a function",
    ],
    [
      "a driver of no functions",
      () => functionDriver({}),
      "Cannot use functions: there are none",
    ],
    ...[
      sseDriver,
      standardDrivers,
      tcpDriver,
      terminalDriver,
      webTerminalDriver,
      websocketDriver,
    ].map((make) =>
      [
        `options of ${make.name}()`,
        () => Reflect.apply(make, undefined, [{ pool: {} }]),
        `Cannot use an argument of ${make.name}(): it is an object, it must be left out`,
      ] as const
    ),
    [
      "a misspelt option of a driver",
      () => logicalDriver(untyped({ pol: {} })),
      'did you mean "pool"?',
    ],
    [
      "a misspelt option of a report",
      () => resultToText(failed, untyped({ colours: true })),
      'did you mean "colors"?',
    ],
    [
      "a misspelt option of a preset",
      () => new PerformanceScenarios().chat(untyped({ user: 5 })),
      'did you mean "users"?',
    ],
    [
      "a misspelt option of a long preset",
      () => new PerformanceScenarios().stress(untyped({ off: "chat" })),
      'did you mean "of"?',
    ],
    [
      "options of a long preset that are none",
      () => new PerformanceScenarios().endurance(untyped(5)),
      "Cannot use options of endurance(): it is a number",
    ],
    [
      "a template without operations",
      () => untyped<(...given: unknown[]) => void>(scenarioTemplates.smoke)(),
      "Cannot use operations: it is missing",
    ],
    [
      "a template without numbers",
      () => scenarioTemplates.spike([], untyped(undefined)),
      'Cannot use options of the template "spike": it is missing',
    ],
    [
      "a template with a misspelt number",
      () => scenarioTemplates.breakpoint([], untyped({ user: 5 })),
      'did you mean "users"?',
    ],
    [
      "a misspelt service of a preset",
      () => new PerformanceScenarios().mixed(untyped({ services: ["chta"] })),
      'did you mean "chat"?',
    ],
    [
      "a misspelt option of a report in HTML",
      () => resultToHtml(failed, untyped({ againts: failed })),
      'did you mean "against"?',
    ],
    [
      "an earlier run that is no result",
      () => resultToMarkdown(failed, untyped({ against: {} })),
      "Cannot use scenario of the result: it is missing",
    ],
    [
      "a preset that is no function",
      () => new PerformanceScenarios().register("own", untyped({})),
      "Cannot use make: it is an object, it must be a function",
    ],
  ] as const
) {
  Deno.test(`a load test with ${what} is refused`, () => {
    assertThrows(make, TypeError, text);
  });
}

Deno.test("a limit of the generator that is negative is refused", () => {
  assertThrows(
    () => new LoadTestManager({ drivers, health: { lagP99Ms: -1 } }),
    RangeError,
    "Cannot use health.lagP99Ms: it is -1, it must be at least 0",
  );
});

Deno.test("a run with wrong options is refused before anything is started", async () => {
  const manager = new LoadTestManager({ drivers });
  await assertRejects(
    () => manager.run(chat, untyped({ onprogress: () => {} })),
    TypeError,
    'did you mean "onProgress"?',
  );
  await assertRejects(
    () => manager.run(chat, untyped({ prepare: true })),
    TypeError,
    "Cannot use prepare: it is a boolean, it must be a function",
  );
});

Deno.test("a misspelt preset is refused with the name that was meant", () => {
  assertThrows(
    () => new PerformanceScenarios().make("terminal-session"),
    LoadTestError,
    'did you mean "terminal-sessions"?',
  );
});
