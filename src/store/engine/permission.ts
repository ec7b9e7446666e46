/**
 * What Deno says where a permission is missing, and which one it is.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";

/** A permission that is missing. */
export interface MissingPermission {
  /** The flag that gives it, such as `--allow-read`. */
  readonly flag: string;
  /** What it is needed for, such as `"/srv/data.db"`; empty for everything. */
  readonly of: string;
}

const MISSING =
  /Requires (\w+) access(?: to (.+?))?, run again with the (--allow-\w+) flag/;

/** Returns the permission that is missing; undefined if it is something else. */
export function missingPermission(
  error: unknown,
): MissingPermission | undefined {
  const match = MISSING.exec(reasonOf(error));
  if (match === null) return undefined;
  const [, , of = "", flag = ""] = match;
  return { flag, of };
}

/** Returns the end of a text that says which permission is needed. */
export function permissionText({ flag, of }: MissingPermission): string {
  return `the program lacks the permission ${flag}${
    of === "" ? "" : ` for ${of}`
  }, run it again with ${flag}`;
}
