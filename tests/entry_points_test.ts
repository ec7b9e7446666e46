// Every function and class that users call, as a program without types calls it
// by mistake: each refuses what makes no sense, by an error that names it.
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { ActorSystem } from "../src/actor/mod.ts";

type Callable = (...given: readonly unknown[]) => unknown;

/** What is called, by the name of its entry point and its own. */
async function callables(): Promise<Map<string, Callable>> {
  const found = new Map<Callable, string>();
  for (const [entry, path] of Object.entries(config.exports)) {
    // It is a program.
    if (entry === "./load/cli") continue;
    const names: Record<string, unknown> = await import(`../${path}`);
    for (const [name, value] of Object.entries(names)) {
      if (typeof value !== "function" || isError(value)) continue;
      const isClass = /^class\b/.test(Function.prototype.toString.call(value));
      const call: Callable = isClass
        ? (...given) => Reflect.construct(value, given)
        : (...given) => Reflect.apply(value, undefined, given);
      if ([...found.values()].includes(name)) continue;
      found.set(call, name);
    }
  }
  return new Map([...found].map(([call, name]) => [name, call]));
}

/** Errors take any message. */
function isError(value: unknown): boolean {
  return typeof value === "function" &&
    (value === Error || value.prototype instanceof Error);
}

/** An error of this library: what cannot be done, and why. */
const OURS = /^Cannot \w+ .+: /s;

/** What takes anything, by design. */
const TAKES_ANYTHING = new Set(["toRemoteFailure", "validateScenario"]);
/** What takes an object with any fields. */
const TAKES_FIELDS = new Set(["reportToText", "stringifyScenario"]);
/** What can be called with nothing, and with options that are all left out. */
const NEEDS_NOTHING = new Set([
  "ActorSystem",
  "DatabaseProfiler",
  "Distribution",
  "FileOperationsProfiler",
  "HeapWatch",
  "Instruments",
  "ManualClock",
  "MemoryNetwork",
  "MetricsCollector",
  "NetworkProfiler",
  "PerformanceIntegrator",
  "PerformanceProfiler",
  "PerformanceScenarios",
  "Registry",
  "SseStream",
  "allOf",
  "anyOf",
  "bool",
  "clientModule",
  "command",
  "date",
  "email",
  "file",
  "httpDriver",
  "integer",
  "json",
  "logicalDriver",
  "memoryStorage",
  "msgpack",
  "number",
  "ptySupervisor",
  "request",
  "sseDriver",
  "standardDrivers",
  "stream",
  "supervisor",
  "tcpDriver",
  "terminalDriver",
  "text",
  "url",
  "webTerminalDriver",
  "websocketDriver",
]);
/** What takes no arguments, so `{}` is one too many. */
const TAKES_NOTHING = new Set([
  "Distribution",
  "ManualClock",
  "MemoryNetwork",
  "PerformanceProfiler",
  "PerformanceScenarios",
  "Registry",
  "bool",
  "clientModule",
  "memoryStorage",
  "sseDriver",
  "standardDrivers",
  "tcpDriver",
  "terminalDriver",
  "webTerminalDriver",
  "websocketDriver",
]);

/** Returns what is wrong with a call that should be refused; none if nothing. */
async function fault(
  call: Callable,
  given: readonly unknown[],
): Promise<string | undefined> {
  let result: unknown;
  try {
    result = await call(...given);
    if (isGenerator(result)) await result.next();
  } catch (error) {
    return error instanceof Error && OURS.test(error.message)
      ? undefined
      : `throws ${error}`;
  }
  if (isDisposable(result)) await result[Symbol.asyncDispose]();
  return "is accepted";
}

function isGenerator(value: unknown): value is AsyncGenerator {
  return typeof value === "object" && value !== null && "next" in value;
}

function isDisposable(value: unknown): value is AsyncDisposable {
  return typeof value === "object" && value !== null &&
    Symbol.asyncDispose in value;
}

const all = await callables();

for (
  const [what, given, accepted] of [
    ["nothing", [], NEEDS_NOTHING],
    [
      "{}",
      [{}],
      NEEDS_NOTHING.difference(TAKES_NOTHING).union(TAKES_FIELDS),
    ],
    ["a misspelt option", [{ misspeltOption: 1 }], TAKES_FIELDS],
    ["null", [null], new Set(["acceptedTextFormat"])],
    ["a number", [5], new Set(["seededRandom", "seededScheduler"])],
  ] as const
) {
  Deno.test(`every function and class that users call refuses ${what}, or can do with it`, async () => {
    assert(all.size > 80, "the functions and classes were not found");
    const faults: string[] = [];
    for (const [name, call] of all) {
      if (TAKES_ANYTHING.has(name) || accepted.has(name)) continue;
      const found = await fault(call, given);
      if (found !== undefined) faults.push(`${name} ${found}`);
    }
    assertEquals(faults, []);
  });
}

Deno.test("a system in the place of options is refused, with how to write it", async () => {
  await using system = new ActorSystem();
  const faults: string[] = [];
  for (const name of NEEDS_NOTHING.difference(TAKES_NOTHING)) {
    const found = await fault(all.get(name) ?? (() => {}), [system]);
    if (found !== undefined) faults.push(`${name} ${found}`);
  }
  assertEquals(faults, []);
});
