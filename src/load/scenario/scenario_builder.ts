/**
 * A builder of scenarios in code.
 *
 * @module
 */
import { checkString } from "../../checks/internal.ts";
import type { JsonObject } from "../../codec/mod.ts";
import type { DriverMap } from "../driver.ts";
import type {
  ClosedLoad,
  Criterion,
  Feeder,
  Flow,
  OpenLoad,
  Operation,
  Phases,
  Scenario,
  Step,
  Target,
} from "./scenario.ts";
import { ScenarioError } from "./scenario_error.ts";
import { validateScenario } from "./validate_scenario.ts";

/**
 * Builds a scenario part by part. Builders are immutable: each call returns a
 * new one, so several scenarios can start from the same.
 *
 * `build` can be called once there are an operation and either a load with
 * stages, or any other load and phases.
 *
 * @example
 * ```ts
 * import { TestScenarioBuilder } from "@troupe/troupe/load";
 *
 * const scenario = new TestScenarioBuilder("chat")
 *   .closed({ users: 100, thinkTime: { distribution: "exponential", meanMs: 500 } })
 *   .phases({ rampUpMs: 5000, steadyMs: 30_000 })
 *   .operation("send", {
 *     driver: "websocket",
 *     request: { url: "ws://127.0.0.1:8000/", text: "${lines.text}" },
 *   })
 *   .feeder("lines", { records: [{ text: "hello" }, { text: "hi" }] })
 *   .criterion("latency.p99", "below", 50)
 *   .build();
 * console.assert(scenario.operations.length === 1);
 * ```
 *
 * @typeParam Parts The parts so far; leave it out.
 */
export class TestScenarioBuilder<
  Parts extends Partial<Omit<Scenario, "name">> = Partial<
    Omit<Scenario, "name">
  >,
> {
  /** The name of the scenario in reports. */
  readonly name: string;
  /** The parts of the scenario so far. */
  readonly parts: Parts | undefined;

  /**
   * Starts a scenario of that name.
   *
   * @throws {TypeError} if the name is not a string.
   */
  constructor(name: string, parts?: Parts) {
    checkString("name", name);
    this.name = name;
    this.parts = parts;
  }

  /** Sets the description of the scenario. */
  description(description: string): TestScenarioBuilder<Parts> {
    return this.#with({ description });
  }

  /** Sets the program that is the service under test. */
  target(target: Target): TestScenarioBuilder<Parts> {
    return this.#with({ target });
  }

  /**
   * Selects the open model: iterations start at a rate, whatever happens. With
   * `stages` the scenario needs no phases.
   */
  open(
    load: Omit<OpenLoad, "model" | "stages"> & {
      readonly arrivalsPerSecond: number;
    },
  ): TestScenarioBuilder<
    Parts & {
      readonly load: OpenLoad & { readonly arrivalsPerSecond: number };
    }
  >;
  /** Selects the open model with a list of stages. */
  open(
    load: Omit<OpenLoad, "model" | "arrivalsPerSecond"> & {
      readonly stages: NonNullable<OpenLoad["stages"]>;
    },
  ): TestScenarioBuilder<
    Parts & {
      readonly load: OpenLoad & {
        readonly stages: NonNullable<OpenLoad["stages"]>;
      };
    }
  >;
  open(
    load: Omit<OpenLoad, "model">,
  ): TestScenarioBuilder<Parts & { readonly load: OpenLoad }> {
    return this.#with({ load: { ...load, model: "open" } });
  }

  /**
   * Selects the closed model: users wait for the end of each operation. With
   * `stages` the scenario needs no phases.
   */
  closed(
    load: Omit<ClosedLoad, "model" | "stages"> & { readonly users: number },
  ): TestScenarioBuilder<
    Parts & { readonly load: ClosedLoad & { readonly users: number } }
  >;
  /** Selects the closed model with a list of stages. */
  closed(
    load: Omit<ClosedLoad, "model" | "users"> & {
      readonly stages: NonNullable<ClosedLoad["stages"]>;
    },
  ): TestScenarioBuilder<
    Parts & {
      readonly load: ClosedLoad & {
        readonly stages: NonNullable<ClosedLoad["stages"]>;
      };
    }
  >;
  closed(
    load: Omit<ClosedLoad, "model">,
  ): TestScenarioBuilder<Parts & { readonly load: ClosedLoad }> {
    return this.#with({ load: { ...load, model: "closed" } });
  }

  /** Sets how long each phase of a run takes, or may take. */
  phases(
    phases: Phases & { readonly steadyMs: number },
  ): TestScenarioBuilder<
    Parts & { readonly phases: Phases & { readonly steadyMs: number } }
  >;
  /** Sets the limits of the phases of a load with stages. */
  phases(
    phases: Phases,
  ): TestScenarioBuilder<Parts & { readonly phases: Phases }>;
  phases(
    phases: Phases,
  ): TestScenarioBuilder<Parts & { readonly phases: Phases }> {
    return this.#with({ phases });
  }

  /** Adds an operation that users perform. */
  operation(
    name: string,
    operation: Omit<Operation, "name">,
  ): TestScenarioBuilder<
    Parts & Pick<Scenario, "operations">
  > {
    const { operations = [] } = this.parts ?? {};
    return this.#with({ operations: [...operations, { ...operation, name }] });
  }

  /** Adds a flow: steps that a user performs in order. */
  flow(
    name: string,
    flow: Omit<Flow, "name">,
  ): TestScenarioBuilder<Parts & Pick<Scenario, "operations">> {
    const { operations = [] } = this.parts ?? {};
    return this.#with({ operations: [...operations, { ...flow, name }] });
  }

  /** Adds a step that is performed once before any user. */
  setup(step: Step): TestScenarioBuilder<Parts> {
    const { setup = [] } = this.parts ?? {};
    return this.#with({ setup: [...setup, step] });
  }

  /** Adds a step that is performed once after all users. */
  teardown(step: Step): TestScenarioBuilder<Parts> {
    const { teardown = [] } = this.parts ?? {};
    return this.#with({ teardown: [...teardown, step] });
  }

  /** Adds a step that each user performs before its first iteration. */
  userSetup(step: Step): TestScenarioBuilder<Parts> {
    const { userSetup = [] } = this.parts ?? {};
    return this.#with({ userSetup: [...userSetup, step] });
  }

  /** Adds a step that each user performs when it ends. */
  userTeardown(step: Step): TestScenarioBuilder<Parts> {
    const { userTeardown = [] } = this.parts ?? {};
    return this.#with({ userTeardown: [...userTeardown, step] });
  }

  /** Sets fields of all requests of a driver, such as a `url` and `headers`. */
  defaults(driver: string, request: JsonObject): TestScenarioBuilder<Parts> {
    const { defaults } = this.parts ?? {};
    return this.#with({ defaults: { ...defaults, [driver]: request } });
  }

  /**
   * Adds a variable of the environment that operations use as `${env.NAME}`. It
   * must have a value, which no report, error or output shows.
   */
  env(variable: string): TestScenarioBuilder<Parts> {
    const { env = [] } = this.parts ?? {};
    return this.#with({ env: [...env, variable] });
  }

  /** Adds a feeder with records for operations. */
  feeder(name: string, feeder: Feeder): TestScenarioBuilder<Parts> {
    const { feeders } = this.parts ?? {};
    return this.#with({ feeders: { ...feeders, [name]: feeder } });
  }

  /**
   * Adds a criterion that must hold.
   *
   * @param options May be left out; each option has its default.
   */
  criterion(
    metric: string,
    is: Criterion["is"],
    value: number,
    options: Omit<Criterion, "metric" | "is" | "value"> = {},
  ): TestScenarioBuilder<Parts> {
    const { criteria = [] } = this.parts ?? {};
    const criterion = { ...options, metric, is, value };
    return this.#with({ criteria: [...criteria, criterion] });
  }

  /** Adds a tag that reports show. */
  tag(name: string, value: string): TestScenarioBuilder<Parts> {
    const { tags } = this.parts ?? {};
    return this.#with({ tags: { ...tags, [name]: value } });
  }

  /** Sets the seed of all random choices. */
  seed(seed: number): TestScenarioBuilder<Parts> {
    return this.#with({ seed });
  }

  /**
   * Returns the complete scenario. With drivers, their names and the requests
   * are validated as well.
   *
   * @throws {ScenarioError} if the scenario is not valid: lists all problems
   */
  build(
    this: TestScenarioBuilder<
      & Pick<Scenario, "operations">
      & (
        | {
          readonly load:
            | OpenLoad & { readonly arrivalsPerSecond: number }
            | ClosedLoad & { readonly users: number };
          readonly phases: Phases & { readonly steadyMs: number };
        }
        | {
          readonly load:
            | OpenLoad & { readonly stages: NonNullable<OpenLoad["stages"]> }
            | ClosedLoad & {
              readonly stages: NonNullable<ClosedLoad["stages"]>;
            };
        }
      )
    >,
    drivers?: DriverMap,
  ): Scenario {
    const { scenario, errors } = validateScenario(
      { name: this.name, ...this.parts },
      drivers,
    );
    if (scenario === undefined) throw new ScenarioError(errors);
    return scenario;
  }

  #with<Part extends Partial<Omit<Scenario, "name">>>(
    part: Part,
  ): TestScenarioBuilder<Parts & Part> {
    const parts = Object.assign({}, this.parts, part);
    return new TestScenarioBuilder(this.name, parts);
  }
}
