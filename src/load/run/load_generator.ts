/**
 * The load of a run, from its first operation to the end of its last.
 *
 * @module
 */
import {
  type ActorContext,
  ActorSystem,
  type Clock,
  type Timer,
} from "../../actor/mod.ts";
import { Distribution } from "../../metrics/internal.ts";
import type { MetricsFeed } from "../../metrics/mod.ts";
import { sum } from "./accounting.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import { Crew } from "./crew.ts";
import { judge, tellCriterion } from "./criteria.ts";
import { ClosedModel } from "./closed_model.ts";
import { OpenModel } from "./open_model.ts";
import type { UserModel } from "./user_model.ts";
import { longestMs, steadyMsUntil } from "./load_verdict.ts";
import type { GeneratorMonitor } from "./generator_monitor.ts";
import { type SteadyResults, steadyResults } from "./operation_recorder.ts";
import {
  loadMs,
  type LoadPhase,
  phaseAt,
  type ResolvedPhases,
} from "./phases.ts";
import type { Accounting, LoadProgress, UserResult } from "../result.ts";
import type { Timeline } from "../result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { TimelineRecorder } from "./timeline.ts";
import { weightedChoice } from "./weighted_choice.ts";

/** How often a run tells how it goes, and abort criteria are judged. */
const TELL_MS = 1000;
const DEFAULT_ABORT_AFTER_MS = 5000;

/** What a load is made of. */
export interface LoadGeneratorOptions {
  readonly scenario: Scenario;
  readonly phases: ResolvedPhases;
  readonly operations: readonly CompiledOperation[];
  readonly clock: Clock;
  readonly monitor: GeneratorMonitor;
  readonly feed: MetricsFeed | undefined;
  /** Where users live; one of its own if there is none. */
  readonly system: ActorSystem | undefined;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
  /** The moment of the clock at which the run began. */
  readonly runStartAt: number;
}

/** A load that goes on; disposing it closes what users have open. */
export class LoadGenerator implements AsyncDisposable {
  readonly #parts: LoadGeneratorOptions;
  readonly #system: ActorSystem;
  readonly #timeline: TimelineRecorder;
  readonly #timers = new Set<Timer>();
  readonly #cut = Promise.withResolvers<void>();
  readonly lag: Distribution = new Distribution();
  #crew: Crew | undefined;
  readonly #startAt: number;
  /** Milliseconds after its start: when nothing was begun any more. */
  #issuedMs: number | undefined;
  #durationMs = 0;
  /** What went wrong that does not concern the service. */
  readonly warnings: string[] = [];
  /** The criterion that has ended it, in a sentence. */
  abortedBy: string | undefined;

  constructor(parts: LoadGeneratorOptions) {
    this.#parts = parts;
    const { clock, phases } = parts;
    this.#system = parts.system ?? new ActorSystem({
      clock,
      // The rest of the time is for whoever else has to clean up.
      shutdownMs: phases.cleanupTimeoutMs / 2,
    });
    this.#startAt = clock.now();
    this.#timeline = new TimelineRecorder(longestMs(phases), this.startedMs);
  }

  /** Milliseconds from the start of the run to that of the load. */
  get startedMs(): number {
    return this.#startAt - this.#parts.runStartAt;
  }

  /** Milliseconds from its start to the end of its last operation. */
  get durationMs(): number {
    return this.#durationMs;
  }

  /** Ends it now; what goes on is interrupted. */
  cut(): void {
    this.#cut.resolve();
  }

  /** Resolves when nothing goes on any more: by plan, or because it was cut. */
  async run(): Promise<void> {
    const { clock, phases, scenario } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<ActorContext<never>>();
    this.#system.spawn<never>((context) => {
      resolve(context);
      return { receive() {} };
    }, { name: "users" });
    const { operations } = this.#parts;
    const { model } = scenario.load;
    const crew = this.#crew = new Crew(
      await promise,
      clock,
      model,
      operations,
      this.#timeline,
    );
    const over = this.#wait(loadMs(phases));
    this.#follow();
    crew.begin(this.#model(crew));
    const isCut = await Promise.race([
      over,
      this.#cut.promise.then(() => true),
    ]);
    this.#issuedMs = this.#elapsedMs;
    this.#parts.monitor.end();
    const drained = crew.drain();
    if (isCut !== true) {
      const limit = this.#wait(phases.drainTimeoutMs);
      await Promise.race([drained, limit, this.#cut.promise]);
    }
    crew.end();
    this.#durationMs = this.#elapsedMs;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #model(crew: Crew): UserModel {
    const { clock, phases, operations, scenario } = this.#parts;
    const { load, seed = 1 } = scenario;
    const parts = {
      clock,
      startAt: this.#startAt,
      crew,
      phases,
      seed,
      operations,
      choose: weightedChoice(
        scenario.operations.map(({ weight = 1 }) => weight),
      ),
      timeline: this.#timeline,
      lag: this.lag,
    };
    return load.model === "open"
      ? new OpenModel(parts, load)
      : new ClosedModel(parts, load);
  }

  get #elapsedMs(): number {
    return this.#parts.clock.now() - this.#startAt;
  }

  #at(delayMs: number, act: () => void): void {
    const timer = this.#parts.clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#at(delayMs, resolve));
  }

  /** Watches it, and tells of it. */
  #follow(): void {
    const { monitor, phases: { rampUpMs, steadyMs } } = this.#parts;
    this.#at(rampUpMs, () => monitor.begin());
    this.#at(rampUpMs + steadyMs, () => monitor.end());
    this.#tellAt(TELL_MS);
  }

  #tellAt(atMs: number): void {
    // A timer takes whole milliseconds: cut off, the part would not have ended.
    this.#at(Math.ceil(atMs - this.#elapsedMs), () => {
      this.#parts.monitor.sample();
      this.#tell();
      this.#judge();
      // A late timer ends all parts that have passed.
      while (this.#timeline.endsMs <= this.#elapsedMs) {
        this.#timeline.seal(...this.#now);
      }
      this.#tellAt(Math.max(atMs + TELL_MS, this.#elapsedMs));
    });
  }

  /** The phase in which the part that goes on began, and the users now. */
  get #now(): [LoadPhase, number] {
    const { beganMs } = this.#timeline;
    return [phaseAt(this.#parts.phases, beganMs), this.#crew?.size ?? 0];
  }

  #tell(): void {
    const { onProgress, phases, feed } = this.#parts;
    if (onProgress === undefined) return;
    // One that is asynchronous rejects, and nobody else would hear of it.
    Promise.try(onProgress, {
      phase: phaseAt(phases, this.#elapsedMs),
      elapsedMs: this.#elapsedMs,
      plannedMs: loadMs(phases),
      total: this.total(),
      inFlight: this.#crew?.inFlight ?? 0,
      point: this.#timeline.point(...this.#now),
      metrics: feed?.latest ?? null,
    }).catch((error) => {
      if (this.warnings.length > 0) return;
      this.warnings.push(`onProgress threw: ${error}`);
    });
  }

  #judge(): void {
    const { scenario: { criteria = [] }, phases } = this.#parts;
    const steadyMs = this.#elapsedMs - phases.rampUpMs;
    const due = criteria.filter(({ abort, abortAfterMs }) =>
      abort && steadyMs >= (abortAfterMs ?? DEFAULT_ABORT_AFTER_MS)
    );
    if (due.length === 0 || this.abortedBy !== undefined) return;
    const { all, operations } = this.results();
    const broken = judge(due, all, operations)
      .find(({ outcome }) => outcome !== "held");
    if (broken === undefined) return;
    this.abortedBy = `A criterion has ended the run: ${tellCriterion(broken)}`;
    this.cut();
  }

  // What came of it, until now or in the end.

  /** All that was planned, in every phase. */
  total(): Accounting {
    return sum(
      this.#parts.operations.flatMap(({ recorder }) => [
        recorder.steady,
        recorder.outside,
      ]),
    );
  }

  /** What criteria are about. */
  results(): SteadyResults {
    const { operations, scenario, phases } = this.#parts;
    return steadyResults(
      operations.map(({ recorder }) => recorder),
      scenario.load.model,
      steadyMsUntil(phases, this.#issuedMs ?? this.#elapsedMs),
    );
  }

  /** What became of the users, of whom so many were planned. */
  users(): UserResult {
    const { load } = this.#parts.scenario;
    const planned = load.model === "open" ? load.maxUsers : load.users;
    return this.#crew?.result(planned) ??
      { planned, started: 0, replaced: 0, peak: 0 };
  }

  /** The load in parts. */
  timeline(): Timeline {
    return this.#timeline.end(...this.#now);
  }

  /** Closes what users have open; within the limit of the clean-up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.shutdown();
    const unclosed = this.#crew?.unclosed ?? 0;
    if (unclosed > 0) {
      this.warnings.push(`${unclosed} virtual users did not close in time.`);
    }
    for (const { message, count } of this.#crew?.closeErrors.top() ?? []) {
      this.warnings.push(
        `A user could not be closed, ${count} times: ${message}`,
      );
    }
  }
}
