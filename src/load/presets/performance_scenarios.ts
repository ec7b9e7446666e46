/**
 * Presets: scenarios for the services of this package.
 *
 * @module
 */
import {
  checkArray,
  checkFunction,
  checkNoArguments,
  checkOneOf,
  checkOptionNames,
  checkString,
  closestName,
} from "../../checks/internal.ts";
import {
  COMMON_NAMES,
  criteriaOf,
  loadOf,
  type PerformanceOptions,
  phasesOf,
  resolveOptions,
} from "./performance_options.ts";
import {
  apiPart,
  chatPart,
  filesPart,
  realtimePart,
  type ScenarioPart,
  type ServiceName,
  targetOf,
  terminalsPart,
} from "./performance_parts.ts";
import type {
  ChatOptions,
  FileStreamingOptions,
  HttpApiOptions,
  MixedOptions,
  SubscriptionsOptions,
  TerminalSessionsOptions,
} from "./preset_options.ts";
import { LoadTestError } from "../load_errors.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Makes a scenario, and chooses the options that are left out. */
type ScenarioMaker = (options: PerformanceOptions) => Scenario;

const MINUTE = 60_000;

const SERVICE_NAMES: readonly ServiceName[] = [
  "chat",
  "files",
  "terminals",
  "api",
  "realtime",
];

/**
 * Presets: scenarios of realistic work, each with a real service as its target.
 * The target is a program of this package; the `deno` that runs the load test
 * starts it for the run on free loopback ports, which needs `--allow-run`. The
 * drivers are those of `standardDrivers()`; terminals without a server need
 * `terminalDriver()` of `@troupe/troupe/load/terminal` as `terminal` as well.
 *
 * Presets make ordinary scenarios, which can be changed or written to a file.
 * By default, 100 users think for a second on average and are measured for half
 * a minute. `register` adds presets for your own services.
 *
 * A misspelt option of a preset is a `TypeError` that names the one that was
 * probably meant.
 *
 * @example
 * ```ts
 * import {
 *   LoadTestManager,
 *   PerformanceScenarios,
 *   standardDrivers,
 * } from "@troupe/troupe/load";
 *
 * const scenarios = new PerformanceScenarios();
 * const manager = new LoadTestManager({ drivers: standardDrivers() });
 * const result = await manager.run(
 *   scenarios.chat({ users: 10, thinkTime: "none", rampUpMs: 0, steadyMs: 500 }),
 * );
 * console.log(result.verdict, result.steady.latency.p99);
 * ```
 */
export class PerformanceScenarios {
  readonly #makers = new Map<string, ScenarioMaker>();

  /**
   * Creates the presets that are described here.
   *
   * @throws {TypeError} if an argument is given: there are none.
   */
  constructor() {
    checkNoArguments("PerformanceScenarios", arguments);
    const makers: { readonly [name: string]: ScenarioMaker } = {
      "chat": (options) => this.chat(options),
      "file-streaming": (options) => this.fileStreaming(options),
      "terminal-sessions": (options) => this.terminalSessions(options),
      "http-api": (options) => this.httpApi(options),
      "subscriptions": (options) => this.subscriptions(options),
      "mixed": (options) => this.mixed(options),
      "stress": (options) => this.stress(options),
      "endurance": (options) => this.endurance(options),
    };
    for (const [name, make] of Object.entries(makers)) {
      this.register(name, make);
    }
  }

  /**
   * Makes a scenario of chat rooms over logical connections. An operation ends
   * when a line has been delivered to all members of the room.
   *
   * @param options May be left out; each option has its default.
   */
  chat(options: ChatOptions = {}): Scenario {
    const names = { ...COMMON_NAMES, address: true, roomSize: true } as const;
    checkOptionNames("chat()", options, names);
    const { address, roomSize = 10 } = options;
    return compose("chat", [chatPart(address, roomSize)], options);
  }

  /**
   * Makes a scenario that streams files to and from a disk over logical
   * connections.
   *
   * @param options May be left out; each option has its default.
   */
  fileStreaming(options: FileStreamingOptions = {}): Scenario {
    checkOptionNames("fileStreaming()", options, {
      ...COMMON_NAMES,
      address: true,
      fileBytes: true,
      chunkBytes: true,
    });
    const { address, fileBytes = 1_048_576, chunkBytes = 65_536 } = options;
    const part = filesPart(address, fileBytes, chunkBytes);
    return compose("file-streaming", [part], options, {
      users: 10,
      p99Ms: 2000,
    });
  }

  /**
   * Makes a scenario in which each user types keys and runs commands in a
   * shell, over the web as a browser does. Each shell is a process; the service
   * that is started allows 1000.
   *
   * @param options May be left out; each option has its default.
   */
  terminalSessions(options: TerminalSessionsOptions = {}): Scenario {
    const names = { ...COMMON_NAMES, address: true } as const;
    checkOptionNames("terminalSessions()", options, names);
    const part = terminalsPart(options.address);
    return compose("terminal-sessions", [part], options, { users: 50 });
  }

  /**
   * Makes a scenario that reads and writes items of a JSON API with an actor
   * behind it.
   *
   * @param options May be left out; each option has its default.
   */
  httpApi(options: HttpApiOptions = {}): Scenario {
    const names = { ...COMMON_NAMES, url: true } as const;
    checkOptionNames("httpApi()", options, names);
    return compose("http-api", [apiPart(options.url)], options);
  }

  /**
   * Makes a scenario of subscribers to events over SSE and WebSockets. Latency
   * is the time from the publication of an event to its receipt, by the clock
   * of this host.
   *
   * @param options May be left out; each option has its default.
   */
  subscriptions(options: SubscriptionsOptions = {}): Scenario {
    checkOptionNames("subscriptions()", options, {
      ...COMMON_NAMES,
      url: true,
      eventsPerSecond: true,
    });
    const { url, eventsPerSecond = 20 } = options;
    const part = realtimePart(url, eventsPerSecond);
    return compose("subscriptions", [part], options, { thinkTime: "none" });
  }

  /**
   * Makes a scenario that uses several services of one process at once.
   *
   * @param options May be left out; each option has its default.
   */
  mixed(options: MixedOptions = {}): Scenario {
    const names = { ...COMMON_NAMES, services: true } as const;
    checkOptionNames("mixed()", options, names);
    const {
      services = SERVICE_NAMES,
    } = options;
    const parts: { readonly [name in ServiceName]: () => ScenarioPart } = {
      chat: () => chatPart(undefined, 10),
      files: () => filesPart(undefined, 262_144, 65_536),
      terminals: () => terminalsPart(undefined),
      api: () => apiPart(undefined),
      realtime: () => realtimePart(undefined, 20),
    };
    checkArray("services", services, "an array of names");
    for (const name of services) checkOneOf("services", name, SERVICE_NAMES);
    const all = [...new Set(services)].map((name) => parts[name]());
    return compose("mixed", all, options, { users: 50 });
  }

  /**
   * Makes a scenario of the operations of another preset for 400 users and ten
   * minutes, which shows whether the service slows down or breaks.
   *
   * @param options May be left out; each option has its default.
   */
  stress(options: PerformanceOptions & {
    /**
     * The name of the preset whose operations are performed.
     * @default {"mixed"}
     */
    readonly of?: string;
  } = {}): Scenario {
    return this.#long("stress", options, {
      users: 400,
      rampUpMs: 2 * MINUTE,
      steadyMs: 10 * MINUTE,
      rampDownMs: MINUTE,
    });
  }

  /**
   * Makes a scenario of another preset for four hours, which shows leaks.
   *
   * @param options May be left out; each option has its default.
   */
  endurance(options: PerformanceOptions & {
    /**
     * The name of the preset whose operations are performed.
     * @default {"mixed"}
     */
    readonly of?: string;
  } = {}): Scenario {
    return this.#long("endurance", options, {
      rampUpMs: 5 * MINUTE,
      steadyMs: 240 * MINUTE,
      rampDownMs: 5 * MINUTE,
    });
  }

  /** Returns the names of all presets. */
  list(): readonly string[] {
    return [...this.#makers.keys()];
  }

  /**
   * Adds a preset or replaces one, such as for a service of your own that needs
   * a database. `make` chooses the options that are left out.
   *
   * @example
   * ```ts
   * import { PerformanceScenarios } from "@troupe/troupe/load";
   *
   * const scenarios = new PerformanceScenarios().register(
   *   "sign-in",
   *   ({ users = 10, steadyMs = 10_000 }) => ({
   *     name: "sign-in",
   *     load: { model: "closed", users },
   *     phases: { steadyMs },
   *     operations: [{
   *       name: "sign in",
   *       driver: "http",
   *       request: { url: "http://127.0.0.1:8000/sign-in", json: { name: "Ada" } },
   *     }],
   *   }),
   * );
   * console.assert(scenarios.make("sign-in", { users: 5 }).name === "sign-in");
   * ```
   */
  register(
    name: string,
    make: (options: PerformanceOptions) => Scenario,
  ): this {
    checkString("name", name);
    checkFunction("make", make);
    this.#makers.set(name, make);
    return this;
  }

  /**
   * Makes the scenario of a preset by its name.
   *
   * @param options May be left out; each option has its default.
   * @throws {LoadTestError} if there is no preset of that name.
   */
  make(name: string, options: PerformanceOptions = {}): Scenario {
    const make = this.#makers.get(name);
    if (make !== undefined) return make(options);
    const meant = closestName(String(name), this.list());
    throw new LoadTestError(
      `Cannot make the scenario ${JSON.stringify(name)}: ${
        meant === undefined ? "" : `did you mean ${JSON.stringify(meant)}? `
      }the presets are ${this.list().join(", ")}`,
    );
  }

  #long(
    name: "stress" | "endurance",
    given: NonNullable<Parameters<PerformanceScenarios["stress"]>[0]>,
    own: PerformanceOptions,
  ): Scenario {
    checkOptionNames(`${name}()`, given, { ...COMMON_NAMES, of: true });
    const { of = "mixed", ...options } = given;
    const scenario = this.make(of, { ...own, ...options });
    return { ...scenario, name: `${name} of ${scenario.name}` };
  }
}

/** Composes a scenario of parts. */
function compose(
  name: string,
  parts: readonly ScenarioPart[],
  options: PerformanceOptions,
  own: PerformanceOptions = {},
): Scenario {
  const resolved = resolveOptions(options, own);
  const { seed } = resolved;
  const target = targetOf(parts);
  return {
    name,
    ...(target === undefined ? {} : { target }),
    load: loadOf(resolved),
    phases: phasesOf(resolved),
    operations: parts.flatMap(({ operations }) => operations),
    feeders: Object.assign({}, ...parts.map(({ feeders }) => feeders)),
    criteria: criteriaOf(resolved),
    ...(seed === undefined ? {} : { seed }),
  };
}
