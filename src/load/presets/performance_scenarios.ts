/**
 * Ready scenarios for what this package does.
 *
 * @module
 */
import {
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
  type ServiceAddress,
  type ServiceName,
  targetOf,
  type TerminalAddress,
  terminalsPart,
} from "./performance_parts.ts";
import { LoadTestError } from "../load_errors.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Options of {@linkcode PerformanceScenarios.chat}. */
export interface ChatOptions extends PerformanceOptions {
  /** One's own service, in place of the one that is started. */
  readonly address?: ServiceAddress;
  /**
   * Members of a room, 1 or more; only of the service that is started.
   * @default {10}
   */
  readonly roomSize?: number;
}

/** Options of {@linkcode PerformanceScenarios.fileStreaming}. */
export interface FileStreamingOptions extends PerformanceOptions {
  /** One's own service, in place of the one that is started. */
  readonly address?: ServiceAddress;
  /**
   * Bytes of a file, rounded to whole chunks; at most 16 MiB.
   * @default {1048576}
   */
  readonly fileBytes?: number;
  /**
   * Bytes of a message of an upload.
   * @default {65536}
   */
  readonly chunkBytes?: number;
}

/** Options of {@linkcode PerformanceScenarios.terminalSessions}. */
export interface TerminalSessionsOptions extends PerformanceOptions {
  /**
   * One's own web terminals, in place of those that are started; or `local`
   * for programs on this host, without a server. Their shell must echo.
   * `local` needs the driver `terminal`.
   */
  readonly address?: TerminalAddress | "local";
}

/** Options of {@linkcode PerformanceScenarios.httpApi}. */
export interface HttpApiOptions extends PerformanceOptions {
  /** The address of one's own API, below which `items` is. It ends in `/`. */
  readonly url?: string;
}

/** Options of {@linkcode PerformanceScenarios.subscriptions}. */
export interface SubscriptionsOptions extends PerformanceOptions {
  /**
   * The address of one's own service on this host, below which `events` and
   * `socket` are. It ends in `/`.
   */
  readonly url?: string;
  /**
   * Events that are published in a second; only by the service that is
   * started.
   * @default {20}
   */
  readonly eventsPerSecond?: number;
}

/** Options of {@linkcode PerformanceScenarios.mixed}. */
export interface MixedOptions extends PerformanceOptions {
  /**
   * Services that are used.
   * @default {all}
   */
  readonly services?: readonly ServiceName[];
}

/** Options of stress and endurance. */
export interface LongOptions extends PerformanceOptions {
  /**
   * The name of the scenario whose operations are done.
   * @default {"mixed"}
   */
  readonly of?: string;
}

/** Makes a scenario; the options that are left out are its own choice. */
export type ScenarioMaker = (options: PerformanceOptions) => Scenario;

const MINUTE = 60_000;

/**
 * Scenarios of real work for what this package does, each with a real service
 * as its target: a program of this package that is started for the run, on
 * free ports of loopback, by the `deno` that runs the load test. It needs
 * `--allow-run`. The drivers are those of `standardDrivers()`; terminals
 * without a server need `terminalDriver()` of `@troupe/troupe/load/terminal` as
 * `terminal` beside them.
 *
 * They are scenarios like others: change them, or write them to a file. By
 * default, 100 users think a second on average and are measured for half a
 * minute.
 *
 * Services of one's own get a scenario by `register`.
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

  /** Those that are described here. */
  constructor() {
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
   * Chat rooms over logical connections. A line has been said when all who are
   * in the room have been told.
   */
  chat(options: ChatOptions = {}): Scenario {
    const { address, roomSize = 10 } = options;
    return ready("chat", [chatPart(address, roomSize)], options);
  }

  /** Files to and from a disk, as streams over logical connections. */
  fileStreaming(options: FileStreamingOptions = {}): Scenario {
    const { address, fileBytes = 1_048_576, chunkBytes = 65_536 } = options;
    const part = filesPart(address, fileBytes, chunkBytes);
    return ready("file-streaming", [part], options, { users: 10, p99Ms: 2000 });
  }

  /**
   * A shell for each user, over the web as a browser has it: keys, and
   * commands. Each is a process: the service that is started allows 1000.
   */
  terminalSessions(options: TerminalSessionsOptions = {}): Scenario {
    const part = terminalsPart(options.address);
    return ready("terminal-sessions", [part], options, { users: 50 });
  }

  /** Reading and writing items of a JSON API, behind which there is an actor. */
  httpApi(options: HttpApiOptions = {}): Scenario {
    return ready("http-api", [apiPart(options.url)], options);
  }

  /**
   * Events over SSE and over WebSockets. Latency is that from the publication
   * of an event to its receipt, by the clock of this host.
   */
  subscriptions(options: SubscriptionsOptions = {}): Scenario {
    const { url, eventsPerSecond = 20 } = options;
    const part = realtimePart(url, eventsPerSecond);
    return ready("subscriptions", [part], options, { thinkTime: "none" });
  }

  /** All of it at once, with one process that serves it. */
  mixed(options: MixedOptions = {}): Scenario {
    const {
      services = ["chat", "files", "terminals", "api", "realtime"],
    } = options;
    const parts: { readonly [name in ServiceName]: () => ScenarioPart } = {
      chat: () => chatPart(undefined, 10),
      files: () => filesPart(undefined, 262_144, 65_536),
      terminals: () => terminalsPart(undefined),
      api: () => apiPart(undefined),
      realtime: () => realtimePart(undefined, 20),
    };
    const all = [...new Set(services)].map((name) => parts[name]());
    return ready("mixed", all, options, { users: 50 });
  }

  /**
   * The operations of another scenario, by 400 users for ten minutes: whether
   * it bends or breaks.
   */
  stress(options: LongOptions = {}): Scenario {
    return this.#long("stress", options, {
      users: 400,
      rampUpMs: 2 * MINUTE,
      steadyMs: 10 * MINUTE,
      rampDownMs: MINUTE,
    });
  }

  /** The operations of another scenario, for four hours: leaks, and what fills up. */
  endurance(options: LongOptions = {}): Scenario {
    return this.#long("endurance", options, {
      rampUpMs: 5 * MINUTE,
      steadyMs: 240 * MINUTE,
      rampDownMs: 5 * MINUTE,
    });
  }

  /** The names of all. */
  list(): readonly string[] {
    return [...this.#makers.keys()];
  }

  /**
   * Adds a scenario, or replaces one: such as for a service that needs a
   * database, with a program of one's own as its target.
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
  register(name: string, make: ScenarioMaker): this {
    this.#makers.set(name, make);
    return this;
  }

  /**
   * Makes a scenario by its name.
   *
   * @throws {LoadTestError} when there is none of that name.
   */
  make(name: string, options: PerformanceOptions = {}): Scenario {
    const make = this.#makers.get(name);
    if (make !== undefined) return make(options);
    throw new LoadTestError(
      `Cannot make the scenario ${JSON.stringify(name)}: there are ${
        this.list().join(", ")
      }`,
    );
  }

  #long(
    name: "stress" | "endurance",
    { of = "mixed", ...options }: LongOptions,
    own: PerformanceOptions,
  ): Scenario {
    const scenario = this.make(of, { ...own, ...options });
    return { ...scenario, name: `${name} of ${scenario.name}` };
  }
}

function ready(
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
