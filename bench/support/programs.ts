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

function has(program: string): boolean {
  try {
    return new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
