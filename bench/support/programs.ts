/**
 * Whether other people's programs are installed.
 *
 * @module
 */

/** Whether there is a NATS server to run beside. */
export function hasNats(): boolean {
  return has("nats-server");
}

/** Whether there is a ttyd to run beside. */
export function hasTtyd(): boolean {
  return has("ttyd");
}

/** Whether there is a Node, with npm, to run load generators on. */
export function hasNode(): boolean {
  return has("node") && has("npm");
}

/** Whether there is a wrk to measure HTTP with; its `--version` fails. */
export function hasWrk(): boolean {
  return has("wrk", () => true);
}

function has(
  program: string,
  isThere = (output: Deno.CommandOutput) => output.success,
): boolean {
  try {
    const output = new Deno.Command(program, { args: ["--version"] })
      .outputSync();
    return isThere(output);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
