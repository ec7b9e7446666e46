/**
 * Scenarios as text in YAML and JSON.
 *
 * @module
 */
import {
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkString,
  type OptionNames,
  reasonOf,
} from "../../checks/internal.ts";
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  LineCounter,
  parseDocument,
  stringify,
  visit,
} from "yaml";
import { dirname } from "node:path";
import { alteredScalars } from "./altered_scalars.ts";
import type { Path } from "./rule.ts";
import type { DriverMap } from "../driver.ts";
import { withPaths } from "./file_paths.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioError, type ScenarioIssue } from "./scenario_error.ts";
import { validateScenario } from "./validate_scenario.ts";

/** Options of {@linkcode parseScenario}. */
export interface ParseScenarioOptions {
  /**
   * The format of the text.
   * @default {"json" if the file name ends in `.json`, or else "yaml"}
   */
  readonly format?: "yaml" | "json";
  /**
   * The name of the text in errors.
   * @default {"scenario"}
   */
  readonly fileName?: string;
  /** The drivers that validate the requests; without them, nothing does. */
  readonly drivers?: DriverMap;
}

const PARSE_OPTIONS: OptionNames<ParseScenarioOptions> = {
  format: true,
  fileName: true,
  drivers: true,
};

const FORMATS = ["yaml", "json"] as const;

/** Messages of the YAML library that speak of its API. */
const OWN_WORDS: { readonly [code: string]: string } = {
  DUPLICATE_KEY: "the key is there twice, remove one of them",
  BAD_INDENT: "the indentation is wrong, begin where the lines before begin",
  NON_STRING_KEY: "a key is not a text, put it in quotes",
  MULTIPLE_DOCS:
    "there is a second document after ---, a file has one scenario: remove it",
};

/** The most YAML aliases that are resolved: more could fill the memory. */
const MAX_ALIASES = 100;

/**
 * Parses and validates a scenario. YAML is version 1.2 with its core schema:
 * other tags and duplicate keys are errors.
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if the text is not a string, or an option is not known or of
 * the wrong type
 * @throws {ScenarioError} if the scenario is not valid: lists all problems,
 * with lines and columns
 *
 * @example
 * ```ts
 * import { parseScenario } from "@troupe/troupe/load";
 *
 * const scenario = parseScenario(`
 * name: front page
 * load: { model: open, arrivalsPerSecond: 50, maxUsers: 100 }
 * phases: { steadyMs: 60000 }
 * operations:
 *   - name: get
 *     driver: http
 *     request: { url: "http://127.0.0.1:8000/" }
 * criteria:
 *   - { metric: latency.p99, is: below, value: 50 }
 * `);
 * console.assert(scenario.load.model === "open");
 * ```
 */
export function parseScenario(
  text: string,
  options: ParseScenarioOptions = {},
): Scenario {
  checkString("text", text);
  checkOptionNames("parseScenario()", options, PARSE_OPTIONS);
  const { fileName = "scenario", drivers } = options;
  checkString("fileName", fileName);
  const { format = fileName.endsWith(".json") ? "json" : "yaml" } = options;
  checkOneOf("format", format, FORMATS);
  if (format === "json") checkJson(text, fileName);
  const lines = new LineCounter();
  const { document, value, doubled } = read(text, lines, fileName);
  const { scenario, errors } = validateScenario(
    withPaths(value, dirname(fileName)),
    drivers,
  );
  const altered = alteredScalars(document);
  if (scenario !== undefined && doubled.length + altered.length === 0) {
    return scenario;
  }
  const located = [
    ...doubled,
    ...[...errors, ...altered].map((issue) => ({
      ...issue,
      ...position(lines, offsetOf(document, issue.path)),
    })),
  ];
  located.sort((a, b) => a.line - b.line || a.column - b.column);
  throw new ScenarioError(located, { source: fileName });
}

/**
 * Writes a scenario as text, from which {@linkcode parseScenario} returns an
 * equal one.
 *
 * @example
 * ```ts
 * import { parseScenario, scenarioTemplates, stringifyScenario } from "@troupe/troupe/load";
 *
 * const scenario = scenarioTemplates.smoke([
 *   { name: "get", driver: "http", request: { url: "http://127.0.0.1:8000/" } },
 * ], { users: 10 });
 * const again = parseScenario(stringifyScenario(scenario));
 * console.assert(again.name === scenario.name);
 * ```
 *
 * @param format May be left out; it is `"yaml"` by default.
 * @throws {TypeError} if the scenario is not an object, or the format neither
 */
export function stringifyScenario(
  scenario: Scenario,
  format: "yaml" | "json" = "yaml",
): string {
  checkObject("scenario", scenario, "a Scenario");
  checkOneOf("format", format, FORMATS);
  return format === "json"
    ? `${JSON.stringify(scenario, null, 2)}\n`
    : stringify(scenario, {
      // Aliases and wrapped lines make it harder to read and change.
      aliasDuplicateObjects: false,
      lineWidth: 0,
    });
}

/**
 * Checks that a text is JSON, as YAML allows more. The errors are those of V8.
 */
function checkJson(text: string, fileName: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    const message = reasonOf(cause);
    const [, line = 1, column = 1] =
      /\(line (\d+) column (\d+)\)/.exec(message) ?? [];
    throw new ScenarioError(
      [{ path: [], message, line: Number(line), column: Number(column) }],
      { source: fileName, cause },
    );
  }
}

interface Read {
  readonly document: Document;
  readonly value: unknown;
  /** Keys that are there twice, of which the last counts. */
  readonly doubled: readonly LocatedIssue[];
}

interface LocatedIssue extends ScenarioIssue {
  readonly line: number;
  readonly column: number;
}

function read(text: string, lines: LineCounter, fileName: string): Read {
  let document: Document | undefined;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      schema: "core",
      merge: false,
      resolveKnownTags: false,
    });
    const { errors, warnings } = document;
    const issues = [...errors, ...warnings].map((issue) => ({
      path: [],
      message: OWN_WORDS[issue.code] ?? issue.message,
      ...position(lines, issue.pos[0]),
    }));
    // The rest of a text with a doubled key is sound, of another mistake not.
    const isSound = warnings.length === 0 &&
      errors.every(({ code }) => code === "DUPLICATE_KEY");
    if (!isSound) {
      throw new ScenarioError(firstOfLines(issues), { source: fileName });
    }
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { document, value, doubled: issues };
  } catch (cause) {
    let message: string | undefined;
    if (cause instanceof RangeError) message = "It is nested too deeply";
    // An alias without an anchor, or too many aliases.
    if (cause instanceof ReferenceError) message = cause.message;
    if (message === undefined) throw cause;
    const issue: ScenarioIssue = {
      path: [],
      message,
      ...position(lines, document === undefined ? 0 : aliasOffset(document)),
    };
    throw new ScenarioError([issue], { source: fileName, cause });
  }
}

/** Returns the first issue of each line, from which the others follow. */
function firstOfLines(issues: readonly LocatedIssue[]): LocatedIssue[] {
  const lines = new Set<number>();
  return issues.filter(({ line }) => !lines.has(line) && lines.add(line));
}

/**
 * Returns the offset of the first alias without an anchor, or of the first one.
 */
function aliasOffset(document: Document): number {
  let first: number | undefined;
  let lost: number | undefined;
  visit(document, {
    Alias(_key, alias) {
      const offset = alias.range?.[0];
      first ??= offset;
      if (alias.resolve(document) === undefined) lost ??= offset;
    },
  });
  return lost ?? first ?? 0;
}

/** Returns the offset of the key or item at a path, or of its parent. */
function offsetOf(document: Document, path: Path): number {
  let offset: number | undefined;
  let node: unknown = document.contents;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalarOf(key, part))
      : undefined;
    const next = isMap(node) ? pair?.value : node.items[Number(part)];
    const place = pair?.key ?? next;
    if (!isNode(place)) break;
    offset = place.range?.[0];
    node = next;
  }
  return offset ??
    (isNode(document.contents) ? document.contents.range?.[0] ?? 0 : 0);
}

function isScalarOf(key: unknown, part: string | number): boolean {
  return isNode(key) && "value" in key && String(key.value) === String(part);
}

function position(
  lines: LineCounter,
  offset: number,
): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
