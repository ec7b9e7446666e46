/**
 * Presets: scenarios for the services of this package.
 *
 * @module
 */
import {
  checkFunction,
  checkNoArguments,
  checkOptionNames,
  checkString,
  closestName,
} from "../../checks/internal.ts";
import { compose } from "./compose.ts";
import { mixedScenario } from "./mixed_scenario.ts";
import {
  COMMON_NAMES,
  type PerformanceOptions,
} from "./performance_options.ts";
import {
  apiPart,
  chatPart,
  filesPart,
  realtimePart,
  terminalsPart,
} from "./performance_parts.ts";
import {
  authScenario,
  computedScenario,
  databaseScenario,
  filesScenario,
  functionsScenario,
  realtimeScenario,
} from "./store_scenarios.ts";
import type {
  ChatOptions,
  FilesOptions,
  FileStreamingOptions,
  HttpApiOptions,
  LongOptions,
  MixedOptions,
  StorePresetOptions,
  SubscriptionsOptions,
  TerminalSessionsOptions,
} from "./preset_options.ts";
import { LoadTestError } from "../load_errors.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Makes a scenario, and chooses the options that are left out. */
type ScenarioMaker = (options: PerformanceOptions) => Scenario;

const MINUTE = 60_000;

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
      "auth": (options) => this.auth(options),
      "database": (options) => this.database(options),
      "realtime": (options) => this.realtime(options),
      "files": (options) => this.files(options),
      "computed": (options) => this.computed(options),
      "functions": (options) => this.functions(options),
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
    return compose("chat", "Chat rooms: lines reach all members of a room", [
      chatPart(address, roomSize),
    ], options);
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
    return compose(
      "file-streaming",
      "Files over logical connections, up and down",
      [part],
      options,
      {
        users: 10,
        p99Ms: 2000,
      },
    );
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
    return compose(
      "terminal-sessions",
      "Shells in the browser: keys and commands",
      [part],
      options,
      { users: 50 },
    );
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
    return compose(
      "http-api",
      "A JSON API: items are read, replaced and created",
      [apiPart(options.url)],
      options,
    );
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
    return compose(
      "subscriptions",
      "Events over SSE and WebSocket",
      [part],
      options,
      { thinkTime: "none" },
    );
  }

  /**
   * Makes a scenario of a store whose users have signed in: 500 times a second
   * one of them has the session checked, and 5 times somebody logs in, which
   * costs the hash of a password.
   *
   * @param options May be left out. `p95Ms` (10) is about checks, `loginP95Ms`
   * (500) about logins.
   */
  auth(
    options: StorePresetOptions & {
      /**
       * The limit of the 95th percentile of the latency of logins, in
       * milliseconds.
       * @default {500}
       */
      readonly loginP95Ms?: number;
    } = {},
  ): Scenario {
    return authScenario(options);
  }

  /**
   * Makes a scenario of a store whose records are read 500 times a second, one
   * by its id or 20 by an index, and are created, changed and deleted 50 times a
   * second.
   *
   * @param options May be left out. `p95Ms` (5) is about reads.
   */
  database(options: StorePresetOptions = {}): Scenario {
    return databaseScenario(options);
  }

  /**
   * Makes a scenario of 10,000 subscribers to a store. Latency is the time from
   * when a change is asked for to its receipt by a subscriber, by the clock of
   * this host.
   *
   * @param options May be left out; `p99Ms` is 100.
   */
  realtime(options: SubscriptionsOptions = {}): Scenario {
    return realtimeScenario(options);
  }

  /**
   * Makes a scenario that uploads, downloads and deletes files of a store.
   *
   * @param options May be left out; each option has its default.
   */
  files(options: FilesOptions = {}): Scenario {
    return filesScenario(options);
  }

  /**
   * Makes a scenario that lists 100 records of a store without attributes that
   * are made, with one that SQLite makes, and with two more that code makes.
   *
   * @param options May be left out. `p95Ms` (50) is about all lists.
   */
  computed(options: StorePresetOptions = {}): Scenario {
    return computedScenario(options);
  }

  /**
   * Makes a scenario that changes records of a store plainly, by a stored
   * function, and by one that reads before, so that a report compares them.
   *
   * @param options May be left out. `p95Ms` (50) is about all of them.
   */
  functions(options: StorePresetOptions = {}): Scenario {
    return functionsScenario(options);
  }

  /**
   * Makes a scenario that uses several services of one process at once.
   *
   * @param options May be left out; each option has its default.
   */
  mixed(options: MixedOptions = {}): Scenario {
    return mixedScenario(options);
  }

  /**
   * Makes a scenario of the operations of another preset for 400 users and ten
   * minutes, which shows whether the service slows down or breaks.
   *
   * @param options May be left out; each option has its default.
   */
  stress(options: LongOptions = {}): Scenario {
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
  endurance(options: LongOptions = {}): Scenario {
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
  make(
    name: string,
    options: LongOptions = {},
  ): Scenario {
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
    given: LongOptions,
    own: PerformanceOptions,
  ): Scenario {
    checkOptionNames(`${name}()`, given, {
      ...COMMON_NAMES,
      of: true,
      url: true,
    });
    const { of = "mixed", ...options } = given;
    const scenario = this.make(of, { ...own, ...options });
    return { ...scenario, name: `${name} of ${scenario.name}` };
  }
}
