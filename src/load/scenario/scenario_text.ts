/**
 * Scenarios as text, in YAML and in JSON.
 *
 * @module
 */
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
import type { Path } from "./check_rule.ts";
import type { DriverMap } from "../driver.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioError, type ScenarioIssue } from "./scenario_error.ts";
import { validateScenario } from "./validate_scenario.ts";

/** What a scenario may be written in. */
export type ScenarioFormat = "yaml" | "json";

/** Options of {@linkcode parseScenario}. */
export interface ParseScenarioOptions {
  /**
   * What the text is written in.
   * @default {"json" if the name of the file ends so, or "yaml"}
   */
  readonly format?: ScenarioFormat;
  /**
   * What errors call the text.
   * @default {"scenario"}
   */
  readonly fileName?: string;
  /** With which names of drivers, and requests, are compared. */
  readonly drivers?: DriverMap;
}

/** Aliases of YAML that are resolved, so that a short text stays short. */
const MAX_ALIASES = 100;

/**
 * Reads a scenario. YAML is that of version 1.2 with its core schema: no tags
 * but those, and no key twice.
 *
 * @throws {ScenarioError} that lists everything that is wrong, with lines and
 * columns.
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
  const { fileName = "scenario", drivers } = options;
  const { format = fileName.endsWith(".json") ? "json" : "yaml" } = options;
  if (format === "json") checkJson(text, fileName);
  const lines = new LineCounter();
  const { document, value } = read(text, lines, fileName);
  const { scenario, errors } = validateScenario(value, drivers);
  if (scenario !== undefined) return scenario;
  const located = errors.map((issue) => ({
    ...issue,
    ...position(lines, offsetOf(document, issue.path)),
  }));
  located.sort((a, b) => a.line - b.line || a.column - b.column);
  throw new ScenarioError(located, { source: fileName });
}

/**
 * Writes a scenario; what {@linkcode parseScenario} makes of it is the same.
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
 */
export function stringifyScenario(
  scenario: Scenario,
  format: ScenarioFormat = "yaml",
): string {
  return format === "json"
    ? `${JSON.stringify(scenario, null, 2)}\n`
    : stringify(scenario, {
      // Neither is of use to whoever reads or changes it.
      aliasDuplicateObjects: false,
      lineWidth: 0,
    });
}

/** YAML holds more than JSON does; what is wrong is told in V8's words. */
function checkJson(text: string, fileName: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
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
    const issues = [...document.errors, ...document.warnings].map((issue) => ({
      path: [],
      message: issue.message,
      ...position(lines, issue.pos[0]),
    }));
    if (issues.length > 0) {
      throw new ScenarioError(issues, { source: fileName });
    }
    return { document, value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (cause) {
    let message: string | undefined;
    if (cause instanceof RangeError) message = "It is nested too deep";
    // An alias that leads nowhere, or to too much.
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

/** The first alias that leads nowhere, or the first of all. */
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

/** Where the key or the item is that a path leads to, or what would hold it. */
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
