/**
 * The operations of a run as samples for Prometheus and OpenTelemetry, while it
 * goes on and after it.
 *
 * @module
 */
import type { LiveSample } from "../../metrics/internal.ts";
import type { PhaseName } from "../result.ts";
import { placedSteps, rowsOf } from "../scenario/placed_steps.ts";
import { STATUS_CLASSES } from "../scenario/metric_rules.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Counter } from "./accounting.ts";
import type { LoadNow } from "./load.ts";
import { OperationRecorder } from "./operation_recorder.ts";

/** A run at one moment. */
export interface RunNow extends LoadNow {
  /** The phase that the run is in; `undefined` if it is over. */
  readonly phase: PhaseName | undefined;
  /** The stages of the load; none if it has no `stages`. */
  readonly stages: readonly StageNow[];
}

/** A stage, and whether the load is in it. */
export interface StageNow {
  readonly name: string;
  readonly isNow: boolean;
}

type Labels = Readonly<Record<string, string>>;

/** What a row of figures has as labels. */
interface Row {
  readonly isStep: boolean;
  /** Whether its responses have a status. */
  readonly isHttp: boolean;
  /** Of all of its samples. */
  readonly labels: Labels;
}

/** Milliseconds, from what is fast on one machine to what nobody waits for. */
const BOUNDS: readonly number[] = [
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500],
  ...[1000, 2500, 5000, 10_000, 30_000],
];

const PHASES: readonly PhaseName[] = [
  "prepare",
  "ramp_up",
  "steady",
  "ramp_down",
  "cleanup",
];

const COUNTERS = [
  ["planned", "Operations whose planned start has come"],
  ["started", "Operations that a user has started"],
  ["dropped", "Operations that no user was free to start"],
] as const satisfies readonly (readonly [keyof Counter, string])[];

const OUTCOMES = [
  ["ok", "ok"],
  ["failed", "failed"],
  ["timedOut", "timed_out"],
  ["interrupted", "interrupted"],
] as const satisfies readonly (readonly [keyof Counter, string])[];

/** Makes the samples of the run of a scenario. */
export class LoadSamples {
  readonly #name: string;
  readonly #isOpen: boolean;
  readonly #rows: readonly Row[];

  constructor(scenario: Pick<Scenario, "name" | "load" | "operations">) {
    this.#name = scenario.name;
    this.#isOpen = scenario.load.model === "open";
    const http = new Set(
      placedSteps(scenario.operations)
        .filter(({ step }) => step.driver === "http").map(({ row }) => row),
    );
    let operation = "";
    this.#rows = rowsOf(scenario.operations).map(({ name, isStep }) => {
      if (!isStep) operation = name;
      const labels = { scenario: this.#name, operation };
      const step = name.slice(operation.length + 1);
      return {
        isStep,
        isHttp: http.has(name),
        labels: isStep ? { ...labels, step } : labels,
      };
    });
  }

  /** Returns all samples; before there is a load, all counts are 0. */
  read(now: RunNow): LiveSample[] {
    const { recorders, users, inFlight, phase, stages } = now;
    const scenario = { scenario: this.#name };
    const gauge = (
      name: string,
      help: string,
      value: number,
      labels: Labels = {},
    ): LiveSample => ({
      type: "gauge",
      name: `troupe.load.${name}`,
      help,
      unit: "",
      labels: { ...scenario, ...labels },
      value,
    });
    return [
      ...this.#rows.flatMap((row, index) =>
        this.#ofRow(row, recorders[index] ?? new OperationRecorder(""))
      ),
      gauge("users", "Virtual users", users),
      gauge("operations.in_flight", "Operations that are under way", inFlight),
      ...PHASES.map((name) =>
        gauge(
          "phase",
          "1 for the phase that the run is in",
          name === phase ? 1 : 0,
          { phase: name },
        )
      ),
      ...stages.map(({ name, isNow }) =>
        gauge(
          "stage",
          "1 for the stage that the load is in",
          isNow ? 1 : 0,
          { stage: name },
        )
      ),
    ];
  }

  #ofRow(
    { labels, isStep, isHttp }: Row,
    recorder: OperationRecorder,
  ): LiveSample[] {
    const { latency, serviceTime, statuses } = recorder;
    // Only these have a planned start, and so two times.
    const hasBoth = this.#isOpen && !isStep;
    const time = (name: string, help: string, values: typeof latency) => ({
      type: "histogram" as const,
      name: `troupe.load.${name}`,
      help: `${help}, in the steady phase`,
      unit: "ms",
      labels,
      bounds: BOUNDS,
      values,
    });
    return [
      ...this.#counts(recorder.steady, { ...labels, phase: "steady" }),
      ...this.#counts(recorder.outside, { ...labels, phase: "other" }),
      ...isHttp
        ? STATUS_CLASSES.map((status, index): LiveSample => ({
          type: "counter",
          name: "troupe.load.responses",
          help: "Responses by the class of their status, in the steady phase",
          unit: "",
          labels: { ...labels, status },
          value: statuses[index] ?? 0,
        }))
        : [],
      time(
        "latency",
        "Latency of successful operations",
        hasBoth ? latency : serviceTime,
      ),
      ...hasBoth
        ? [
          time(
            "service_time",
            "Time of successful operations from their real start",
            serviceTime,
          ),
        ]
        : [],
    ];
  }

  #counts(counter: Counter, labels: Labels): LiveSample[] {
    const count = (
      name: string,
      help: string,
      value: number,
      labels: Labels,
    ): LiveSample => ({
      type: "counter",
      name: `troupe.load.operations.${name}`,
      help,
      unit: "",
      labels,
      value,
    });
    return [
      ...COUNTERS.map(([key, help]) => count(key, help, counter[key], labels)),
      ...OUTCOMES.map(([key, outcome]) =>
        count("ended", "Operations that have ended", counter[key], {
          ...labels,
          outcome,
        })
      ),
    ];
  }
}
