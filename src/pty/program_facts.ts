/**
 * What the system knows of a program: its directory, and which program has the
 * terminal. Only Linux has it, and only for a process that may read `/proc`.
 *
 * @module
 */

/** Returns the directory of a process. */
export function directoryOf(pid: number): string | undefined {
  return attempt(() => Deno.readLinkSync(`/proc/${pid}/cwd`));
}

/** Returns the name of a process. */
export function programOf(pid: number): string | undefined {
  return attempt(() => Deno.readTextFileSync(`/proc/${pid}/comm`).trim());
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    // It has ended, belongs to somebody else, or there is no such file.
    return undefined;
  }
}
