/**
 * A disk of a few megabytes, in memory: for what happens when it is full.
 *
 * @module
 */

/** A small disk, which is gone when it is disposed. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts a disk; undefined where that is not allowed. */
  static async mount(bytes: number): Promise<SmallDisk | undefined> {
    const path = await Deno.makeTempDir({ prefix: "troupe_disk_" });
    const isMounted = await run("mount", [
      "-t",
      "tmpfs",
      "-o",
      `size=${bytes}`,
      "tmpfs",
      path,
    ]);
    if (isMounted) return new SmallDisk(path);
    await Deno.remove(path);
    return undefined;
  }

  /** Returns the path of a file on it. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Takes all the room that there is. */
  async fill(): Promise<void> {
    using file = await Deno.open(this.file("filler"), {
      create: true,
      append: true,
    });
    for (const size of [65_536, 4096, 1]) {
      const bytes = new Uint8Array(size);
      try {
        while (true) await file.write(bytes);
      } catch (error) {
        if (!(error instanceof Error) || !isFull(error)) throw error;
      }
    }
  }

  /** Makes room again. */
  async free(): Promise<void> {
    await Deno.remove(this.file("filler"));
  }

  /** Makes it larger, while it is in use. */
  async grow(bytes: number): Promise<void> {
    const options = ["-o", `remount,size=${bytes}`, this.path];
    if (!await run("mount", options)) throw new Error("It could not grow");
  }

  /** The names of the files on it, in order. */
  async names(): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(this.path));
    return entries.map(({ name }) => name).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", ["--lazy", this.path]);
    await Deno.remove(this.path);
  }
}

/** Whether tests may mount disks here. */
export const canMount: boolean = await (async () => {
  const disk = await SmallDisk.mount(65_536);
  await disk?.[Symbol.asyncDispose]();
  return disk !== undefined;
})();

function isFull(error: Error): boolean {
  return Reflect.get(error, "code") === "ENOSPC";
}

async function run(program: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, {
      args: [...args],
      stderr: "null",
      stdout: "null",
    }).output();
    return success;
  } catch {
    // There is no such program, or none may be run.
    return false;
  }
}
