/**
 * Scenarios as a sentence in code.
 *
 * @module
 */
import type { DriverMap } from "../driver.ts";
import type {
  ClosedLoad,
  Criterion,
  Feeder,
  OpenLoad,
  Operation,
  Phases,
  Scenario,
  Target,
} from "./scenario.ts";
import { ScenarioError } from "./scenario_error.ts";
import { validateScenario } from "./validate_scenario.ts";

/** Parts of a scenario that were said so far. */
export type ScenarioParts = Partial<Omit<Scenario, "name">>;

/** Parts without which there is no scenario. */
export type NeededParts = Pick<Scenario, "load" | "phases" | "operations">;

/**
 * Says a scenario part by part. Builders do not change: each call answers
 * another one, so that several scenarios may begin with the same.
 *
 * `build` is there once a load, phases and an operation were said.
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
 * @typeParam Parts What was said so far; leave it out.
 */
export class TestScenarioBuilder<Parts extends ScenarioParts = ScenarioParts> {
  /** What reports call the scenario. */
  readonly name: string;
  /** What was said so far. */
  readonly parts: Parts | undefined;

  /** Begins a scenario of that name. */
  constructor(name: string, parts?: Parts) {
    this.name = name;
    this.parts = parts;
  }

  /** What it is for. */
  description(description: string): TestScenarioBuilder<Parts> {
    return this.#with({ description });
  }

  /** A program that is the service. */
  target(target: Target): TestScenarioBuilder<Parts> {
    return this.#with({ target });
  }

  /** Iterations that begin at a rate, whatever the service does. */
  open(
    load: Omit<OpenLoad, "model">,
  ): TestScenarioBuilder<Parts & { readonly load: OpenLoad }> {
    return this.#with({ load: { ...load, model: "open" } });
  }

  /** So many users, each of whom waits, thinks and goes on. */
  closed(
    load: Omit<ClosedLoad, "model">,
  ): TestScenarioBuilder<Parts & { readonly load: ClosedLoad }> {
    return this.#with({ load: { ...load, model: "closed" } });
  }

  /** How long each part of a run takes. */
  phases(
    phases: Phases,
  ): TestScenarioBuilder<Parts & { readonly phases: Phases }> {
    return this.#with({ phases });
  }

  /** One more thing that users do. */
  operation(
    name: string,
    operation: Omit<Operation, "name">,
  ): TestScenarioBuilder<
    Parts & { readonly operations: readonly Operation[] }
  > {
    const { operations = [] } = this.parts ?? {};
    return this.#with({ operations: [...operations, { ...operation, name }] });
  }

  /** Records for operations. */
  feeder(name: string, feeder: Feeder): TestScenarioBuilder<Parts> {
    const { feeders } = this.parts ?? {};
    return this.#with({ feeders: { ...feeders, [name]: feeder } });
  }

  /** One more thing that must hold. */
  criterion(
    metric: string,
    is: Criterion["is"],
    value: number,
    options: Pick<Criterion, "operation" | "abort" | "abortAfterMs"> = {},
  ): TestScenarioBuilder<Parts> {
    const { criteria = [] } = this.parts ?? {};
    const criterion = { ...options, metric, is, value };
    return this.#with({ criteria: [...criteria, criterion] });
  }

  /** Something to be told in reports. */
  tag(name: string, value: string): TestScenarioBuilder<Parts> {
    const { tags } = this.parts ?? {};
    return this.#with({ tags: { ...tags, [name]: value } });
  }

  /** What everything that is drawn is drawn by. */
  seed(seed: number): TestScenarioBuilder<Parts> {
    return this.#with({ seed });
  }

  /**
   * The scenario. With drivers, the names of drivers and the requests are
   * compared as well.
   *
   * @throws {ScenarioError} that lists everything that is wrong.
   */
  build(
    this: TestScenarioBuilder<ScenarioParts & NeededParts>,
    drivers?: DriverMap,
  ): Scenario {
    const { scenario, errors } = validateScenario(
      { name: this.name, ...this.parts },
      drivers,
    );
    if (scenario === undefined) throw new ScenarioError(errors);
    return scenario;
  }

  #with<Part extends ScenarioParts>(
    part: Part,
  ): TestScenarioBuilder<Parts & Part> {
    const parts = Object.assign({}, this.parts, part);
    return new TestScenarioBuilder(this.name, parts);
  }
}
