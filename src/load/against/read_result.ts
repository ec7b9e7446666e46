/**
 * The result of an earlier run, from its file.
 *
 * @module
 */
import { kindOf, reasonOf } from "../../checks/internal.ts";
import { LoadTestError } from "../load_errors.ts";
import type { LoadResult } from "../result.ts";
import { maskOf } from "../scenario/environment.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { scenarioWithoutSecrets } from "../scenario/secrets.ts";
import { differencesOf, differencesText } from "./comparable.ts";
import { compareResults } from "./comparison.ts";

/** What every result of today has, and that of another program has not. */
const OBJECTS = ["scenario", "steady", "generator", "timeline", "origin"];
const LISTS = ["phases", "operations", "criteria", "details"];

/**
 * Reads the `result.json` of a run with which another one of a scenario will be
 * compared.
 *
 * @throws {LoadTestError} if it cannot be read, is not a result, or that of
 * another scenario or of an invalid run.
 */
export async function readResult(
  path: string,
  scenario: Scenario,
): Promise<LoadResult> {
  const result = parseResult(path, await readText(path));
  if (result.verdict === "invalid") {
    fail(path, "its run is invalid, and says nothing about the service");
  }
  // As it is written into results.
  const shown = scenarioWithoutSecrets(scenario, maskOf(scenario));
  const plain: Scenario = JSON.parse(JSON.stringify(shown));
  try {
    compareResults(result, result);
  } catch {
    // Whatever the engine says of it says nothing about the file.
    fail(
      path,
      `its ${wrongPart(result)} not what a load test writes, ${NEEDED}`,
    );
  }
  const differences = differencesOf(result.scenario, plain);
  if (differences.length > 0) {
    fail(
      path,
      `it is of a scenario that measures something else:\n${
        differencesText(differences)
      }`,
    );
  }
  return result;
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "the file does not exist"
      : reasonOf(cause);
    return fail(path, reason);
  }
}

const NEEDED = "the result.json of a load test is needed";

/** Returns which part of a result cannot be read, in words before `not`. */
function wrongPart({ timeline, details, phases }: LoadResult): string {
  const isNamed = (one: unknown) =>
    isRecord(one) && typeof one["name"] === "string";
  if (!phases.every(isNamed)) return "phases are";
  if (!Array.isArray(timeline.points)) return "timeline is";
  if (!timeline.points.every(isRecord)) return "timeline is";
  return details.every((one) => isNamed(one))
    ? "inner parts are"
    : "details are";
}

/** Checks the parts that are read: the rest of a file is not our business. */
function parseResult(path: string, text: string): LoadResult {
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch (cause) {
    fail(path, `it is not JSON: ${reasonOf(cause)}`);
  }
  const needed = NEEDED;
  if (!isRecord(result)) fail(path, `it is ${kindOf(result)}, ${needed}`);
  for (const name of OBJECTS) {
    if (!isRecord(result[name])) {
      fail(path, `its ${name} is ${kindOf(result[name])}, ${needed}`);
    }
  }
  for (const name of LISTS) {
    if (!Array.isArray(result[name])) {
      fail(path, `its ${name} is ${kindOf(result[name])}, ${needed}`);
    }
  }
  const verdicts = ["passed", "failed", "invalid", "aborted"];
  if (!verdicts.includes(String(result.verdict))) {
    fail(path, `its verdict is ${JSON.stringify(result.verdict)}, ${needed}`);
  }
  checkFigures(path, text);
  return JSON.parse(text);
}

/** Checks that figures are numbers or unknown, so that reports can show them. */
function checkFigures(path: string, text: string): void {
  const result: LoadResult = JSON.parse(text);
  for (const operation of [result.steady, ...result.operations]) {
    const name = operation?.name;
    const { latency, accounting, throughput, errorRate } = operation ?? {};
    const figures: readonly unknown[] = [
      throughput,
      errorRate,
      latency?.p50,
      latency?.p95,
      latency?.p99,
      latency?.count,
      accounting?.started,
      accounting?.ok,
    ];
    if (
      typeof name !== "string" ||
      figures.some((figure) => figure !== null && !Number.isFinite(figure))
    ) {
      fail(
        path,
        `${
          typeof name === "string"
            ? `the operation ${JSON.stringify(name)}`
            : "an operation"
        } in it lacks a figure, ${NEEDED}`,
      );
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(path: string, why: string): never {
  throw new LoadTestError(`Cannot compare with ${path}: ${why}`);
}
