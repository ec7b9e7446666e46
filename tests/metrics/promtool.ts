/**
 * The linter of Prometheus, where it is installed.
 *
 * @module
 */
import { findProgram } from "../support/programs.ts";

const promtool: string | undefined = findProgram("promtool");
if (promtool === undefined) {
  console.warn("promtool is not run: it is not installed");
}
/** For tests that need it. */
export const withPromtool: { ignore: boolean } = {
  ignore: promtool === undefined,
};

/** What `promtool check metrics` prints, and its code. */
export async function promtoolSays(text: string): Promise<string> {
  await using child = new Deno.Command(promtool ?? "promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return `${code} ${decoder.decode(stdout)}${decoder.decode(stderr)}`;
}
