/**
 * A program with everything that it starts: a process group that never outlives
 * this process.
 *
 * @module
 */

/** How a group ends: asked to, or at once. */
export type EndSignal = "SIGTERM" | "SIGKILL";

const isWindows = Deno.build.os === "windows";

/**
 * Starts a program in a process group of its own, whose signals reach whatever
 * it starts, and whom Ctrl-C does not reach. On Windows there are no such
 * groups, and signals reach the program alone.
 */
export function spawnGroup(
  command: string,
  args: readonly string[],
): Deno.ChildProcess {
  return new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: !isWindows,
  }).spawn();
}

/** Sends a signal to all processes of a group that are left. */
export function signalGroup(child: Deno.ChildProcess, signal: EndSignal): void {
  try {
    if (!isWindows) return Deno.kill(-child.pid, signal);
  } catch (error) {
    // Signals to a group need the permission to run any program.
    if (!(error instanceof Deno.errors.NotCapable)) return;
  }
  try {
    child.kill(signal);
  } catch {
    // The program has exited already.
  }
}

/**
 * Ends a group if this process ends before it is disposed, even if it is
 * killed: another process waits for that, and must not be waited for in vain.
 */
export class GroupGuard implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #watcher: Deno.ChildProcess | undefined;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#watcher = watch(child.pid);
    globalThis.addEventListener("unload", this.#onUnload);
  }

  // A process that exits in order need not rely on the watcher.
  readonly #onUnload = (): void => signalGroup(this.#child, "SIGKILL");

  async [Symbol.asyncDispose](): Promise<void> {
    globalThis.removeEventListener("unload", this.#onUnload);
    const watcher = this.#watcher;
    if (watcher === undefined) return;
    try {
      watcher.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await watcher.stdin.close().catch(() => {});
    await watcher.status;
  }
}

/**
 * Starts a shell whose input ends when this process does, and which then ends
 * the group. There is none without the permission: nobody should be asked.
 */
function watch(pid: number): Deno.ChildProcess | undefined {
  const permission = { name: "run", command: "/bin/sh" } as const;
  const isAllowed = !isWindows &&
    Deno.permissions.querySync(permission).state === "granted";
  if (!isAllowed) return undefined;
  try {
    return new Deno.Command("/bin/sh", {
      args: ["-c", 'read line; kill -KILL "-$0"', String(pid)],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      // What ends this process must not end the watcher too.
      detached: true,
    }).spawn();
  } catch {
    return undefined;
  }
}
