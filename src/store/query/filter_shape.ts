/**
 * A filter without its values: what filters that differ in nothing else share.
 *
 * @module
 */
import type { Filter, FilterOperand } from "./filter.ts";

/** Returns a filter as a text with `?` for each of its values. */
export function filterShape(filter: Filter): string {
  switch (filter.kind) {
    case "all":
      return "";
    case "none":
      return "none";
    case "not":
      return `not (${filterShape(filter.filter)})`;
    case "and":
    case "or":
      return filter.filters.map((one) =>
        one.kind === "compare" ? filterShape(one) : `(${filterShape(one)})`
      ).join(filter.kind === "and" ? " && " : " || ");
    case "compare": {
      const { left, operator, right, isAny } = filter;
      const any = isAny === true ? "?" : "";
      return `${operandShape(left)} ${any}${operator} ${operandShape(right)}`;
    }
  }
}

function operandShape(operand: FilterOperand): string {
  switch (operand.kind) {
    case "value":
    case "values":
      return "?";
    case "moment":
      return `@${operand.name}`;
    case "field":
    case "request": {
      const { path, modifier } = operand;
      const name = path.join(".");
      const root = operand.kind === "request" ? `@request.${name}` : name;
      return modifier === undefined ? root : `${root}:${modifier}`;
    }
  }
}
