import { isGranted } from "../../examples/support/flags.ts";

/**
 * Whether benchmarks have the permissions that they need. If not, it prints
 * what to type for them: `deno bench` runs those that need none.
 */
export function arePermitted(name: string, flags: readonly string[]): boolean {
  if (flags.every(isGranted)) return true;
  console.log(`Skipped: ${name}. Run deno bench ${flags.join(" ")}`);
  return false;
}
