/**
 * Puts the main threads of two processes on one core while they are measured.
 *
 * Left alone, the scheduler has the client and the server of one comparison on
 * one core and those of the next on two, where each message must first wake a
 * sleeping core up. On a virtual machine that costs more than all the rest:
 * the raw round trip of 100 B took 8.5 µs in one run and 19.9 µs in the next,
 * and a ratio of the one to the other says nothing. On one core it took 8.4 to
 * 8.9 µs in every run. There is no idle time there for slow code to hide in:
 * a figure is the processor time of both sides.
 *
 * Only the main threads stay there. Those of the garbage collector and of the
 * compiler go where they like, as they do in service.
 *
 * @module
 */

/** The cores that this process could run on when it began, as `0-3,6`. */
let allowed: string | undefined;

/**
 * Puts this process and the child on one core. Does nothing where there is no
 * `taskset` (it is part of every Linux), and says so.
 *
 * @param threads Of the child: "all" for a program whose work is not done by
 * its main thread.
 */
export async function shareCore(
  childPid: number,
  threads: "main" | "all" = "main",
): Promise<void> {
  try {
    allowed ??= (await taskset("-cp", `${Deno.pid}`)).split(":")[1]?.trim();
    const core = allowed?.match(/\d+$/)?.[0];
    if (allowed === undefined || core === undefined) return;
    await taskset("-cp", core, `${Deno.pid}`);
    // The child's threads have inherited this process's single core if it was
    // put there before: they are let go first.
    await taskset("-acp", allowed, `${childPid}`);
    await taskset(threads === "all" ? "-acp" : "-cp", core, `${childPid}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("There is no taskset: expect a wide spread");
  }
}

/** Lets this process run anywhere again. */
export async function leaveCore(): Promise<void> {
  if (allowed !== undefined) await taskset("-cp", allowed, `${Deno.pid}`);
}

async function taskset(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("taskset", {
    args,
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot choose a core: ${decoder.decode(stderr).trim()}`);
  }
  return decoder.decode(stdout);
}
