/**
 * Whether other people's programs are installed.
 *
 * @module
 */

/** Whether there is a NATS server to run beside. */
export function hasNats(): boolean {
  try {
    return new Deno.Command("nats-server", {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
