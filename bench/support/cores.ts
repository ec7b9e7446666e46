/**
 * Puts the main threads of two processes on one core, or on one each, while
 * they are measured.
 *
 * Left alone, the scheduler has the client and the server of one comparison on
 * one core and those of the next on two, where each message must first wake a
 * sleeping core up. On a virtual machine that costs more than all the rest:
 * the raw round trip of 100 B took 8.5 µs in one run and 19.9 µs in the next,
 * and a ratio of the one to the other says nothing. On one core it took 8.4 to
 * 8.9 µs in every run. There is no idle time there for slow code to hide in:
 * a figure is the processor time of both sides. On two cores a figure is what a
 * user waits for, the wake-up included.
 *
 * Only the main threads stay there. Those of the garbage collector and of the
 * compiler go where they like, as they do in service.
 *
 * @module
 */

/** The cores that this process could run on when it began, as `0-3,6`. */
let allowed: string | undefined;

/** Where the main threads of this process and of a child run. */
export type Cores = "one core" | "two cores" | "any core";

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
  await place(childPid, threads, (cores) => {
    const core = cores.at(-1);
    return core === undefined ? undefined : [core, core];
  });
}

/**
 * Puts this process on one core and the child on another, as
 * {@linkcode shareCore} does.
 *
 * @throws {Error} If this process may run on one core only.
 */
export async function splitCores(childPid: number): Promise<void> {
  await place(childPid, "main", (cores) => {
    const [child, own] = cores.slice(-2);
    if (child !== undefined && own !== undefined) return [own, child];
    throw new Error("Cannot measure on two cores: there is one");
  });
}

/** Lets this process run anywhere again. */
export async function leaveCore(): Promise<void> {
  if (allowed !== undefined) await taskset("-cp", allowed, `${Deno.pid}`);
}

async function place(
  childPid: number,
  threads: "main" | "all",
  choose: (cores: number[]) => [own: number, child: number] | undefined,
): Promise<void> {
  try {
    allowed ??= (await taskset("-cp", `${Deno.pid}`)).split(":")[1]?.trim();
    const cores = choose(coresOf(allowed ?? ""));
    if (allowed === undefined || cores === undefined) return;
    await taskset("-cp", `${cores[0]}`, `${Deno.pid}`);
    // The child's threads have inherited this process's single core if it was
    // put there before: they are let go first.
    await taskset("-acp", allowed, `${childPid}`);
    const how = threads === "all" ? "-acp" : "-cp";
    await taskset(how, `${cores[1]}`, `${childPid}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("There is no taskset: expect a wide spread");
  }
}

/** Returns the cores of a list such as `0-3,6`. */
export function coresOf(list: string): number[] {
  return list.split(",").filter((part) => part !== "").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
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
