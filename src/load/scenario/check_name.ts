/**
 * The names of checks in reports and criteria.
 *
 * @module
 */
import type { Check } from "./scenario.ts";
import { withoutSecrets } from "./secrets.ts";

const MAX_LENGTH = 60;

/** Returns the name of a check, such as `status equal 200` if it has none. */
export function checkName({ name, field, is, value }: Check): string {
  if (name !== undefined) return name;
  const text = value === undefined
    ? ""
    : ` ${typeof value === "string" ? value : JSON.stringify(value)}`;
  const whole = withoutSecrets(`${field} ${is}${text}`);
  return whole.length > MAX_LENGTH ? `${whole.slice(0, MAX_LENGTH)}…` : whole;
}
