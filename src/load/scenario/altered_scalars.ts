/**
 * Values that a service would not get as they stand in the text.
 *
 * @module
 */
import { type Document, isMap, isNode, isScalar, isSeq } from "yaml";
import type { Path } from "./rule.ts";
import { formatPath, type ScenarioIssue } from "./scenario_error.ts";

/**
 * Returns an issue for each number and flag of the records of feeders, of
 * requests and of checks that YAML and JSON read as another text than the one
 * that is written: `1.10`, `007`, `0x1F`, `+15551234567`, `9007199254740993`.
 */
export function alteredScalars(document: Document): ScenarioIssue[] {
  const issues: ScenarioIssue[] = [];
  const visit = (node: unknown, path: Path): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        visit(value, [...path, String(isScalar(key) ? key.value : key)]);
      }
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => visit(item, [...path, index]));
    } else if (isScalar(node)) {
      const { value, source } = node;
      if (typeof value !== "number" && typeof value !== "boolean") return;
      if (source === undefined || source === String(value)) return;
      issues.push({
        path,
        message: `${formatPath(path)} is ${source}, which is read as ${value}` +
          `: put it in quotes to send what is written, or write ${value}`,
      });
    }
  };
  const at = (path: Path): unknown => {
    const node = document.getIn(path, true);
    return isNode(node) ? node : undefined;
  };
  visit(at(["feeders"]), ["feeders"]);
  visit(at(["defaults"]), ["defaults"]);
  const visitItems = (path: Path) => {
    const items = at(path);
    if (!isSeq(items)) return;
    for (const index of items.items.keys()) {
      for (const part of ["request", "checks"]) {
        visit(at([...path, index, part]), [...path, index, part]);
      }
      visitItems([...path, index, "steps"]);
      visitItems([...path, index, "oneOf"]);
    }
  };
  for (
    const part of [
      ...["operations", "setup", "teardown"],
      ...["userSetup", "userTeardown"],
    ]
  ) visitItems([part]);
  return issues;
}
