/**
 * Variables of the environment that a scenario declares, and how their values
 * are kept out of everything that is shown.
 *
 * @module
 */
import type { DriverIssue } from "../driver.ts";
import { show } from "./problems.ts";
import type { Scenario } from "./scenario.ts";

/** Returns the value of a variable, if there is one that may be read. */
export function valueOfVariable(variable: string): string | undefined {
  return mayRead(variable) ? Deno.env.get(variable) : undefined;
}

function mayRead(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state ===
    "granted";
}

/** Returns an issue for each declared variable without a value. */
export function variableIssues({ env = [] }: Partial<Scenario>): DriverIssue[] {
  return env.flatMap((variable, index) => {
    const path = ["env", index];
    const is = `is ${show(variable)}`;
    if (!/^[A-Za-z_]\w*$/.test(variable)) {
      return [{
        path,
        message: `${is}, it must be the name of a variable, such as "TOKEN"`,
      }];
    }
    if (!mayRead(variable)) {
      return [{
        path,
        message:
          `${is}, which may not be read: run with --allow-env=${variable}`,
      }];
    }
    // An empty one is what a CI has for a secret that it does not know.
    if (valueOfVariable(variable)) return [];
    return [{
      path,
      message: `${is}, which is not set in the environment, or empty: set it`,
    }];
  });
}

/** Returns a text without what must not be shown. */
export type Mask = (text: string) => string;

/** What is in the place of what is not shown. */
export const MASKED = "***";
/** So many characters of a value that was cut off would tell too much. */
const MIN_PART = 4;
/** A line of a value that has several is masked on its own. */
const MIN_LINE = 8;

/** Returns what masks the values of the variables that a scenario declares. */
export function maskOf({ env = [] }: Partial<Scenario>): Mask {
  const values = env.flatMap((variable) => valueOfVariable(variable) ?? []);
  return values.length === 0 ? (text) => text : masking(values);
}

/**
 * Returns what masks these values: as they are, and as URLs and JSON have them;
 * and what is left of one where a message was cut off.
 */
export function masking(values: readonly string[]): Mask {
  const lines = values.flatMap((value) => value.split(/\r?\n/))
    .filter((line) => line.length >= MIN_LINE);
  const forms = new Set(
    [...values, ...lines].filter((value) => value !== "").flatMap((value) => [
      value,
      encodeURIComponent(value.toWellFormed()),
      encodeURI(value.toWellFormed()),
      JSON.stringify(value).slice(1, -1),
    ]),
  );
  // The longest first: one may be a part of another.
  const secrets = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const secret of secrets) masked = masked.replaceAll(secret, MASKED);
    return masked.split("…").map((piece) => withoutPart(piece, secrets))
      .join("…");
  };
}

/** Masks the beginning of a value at the end of a text. */
function withoutPart(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    if (secret.length <= MIN_PART) continue;
    const start = secret.slice(0, MIN_PART);
    let at = text.indexOf(start, Math.max(0, text.length - secret.length + 1));
    for (; at >= 0; at = text.indexOf(start, at + 1)) {
      if (secret.startsWith(text.slice(at))) return text.slice(0, at) + MASKED;
    }
  }
  return text;
}
