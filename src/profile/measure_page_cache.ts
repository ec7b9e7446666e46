/**
 * Measures reads of files that the system has in memory, and of those that it
 * has not.
 *
 * @module
 */
import { reasonOf } from "../checks/internal.ts";
import { Distribution } from "../metrics/internal.ts";
import type { FileMeasure, FileOperationOptions } from "./file_measure.ts";
import type { FilePass, PageCacheReport } from "./file_operations_report.ts";
import { measureStep, rateOf, timed } from "./measured_step.ts";
import { randomBytes } from "./test_bytes.ts";

/** `POSIX_FADV_DONTNEED` of Linux: the pages of a file are not needed. */
const DONT_NEED = 4;
/** Share of the bytes that has to come from a disk, or the files were in memory. */
const MOSTLY = 0.5;

/** Measures files of random bytes in a new directory. */
export async function measurePageCache(
  directory: string,
  options: FileOperationOptions,
  { clock, repetitions, bytes, limits }: FileMeasure,
): Promise<PageCacheReport> {
  const stepLimits = limits(options);
  const of = `the files in ${directory}`;
  return await measureStep(of, stepLimits, async (signal) => {
    const folder = await Deno.makeTempDir({
      dir: directory,
      prefix: "troupe-profile-",
    });
    try {
      const paths = Array.from(
        { length: repetitions },
        (_, index) => `${folder}/${index}`,
      );
      for (const path of paths) {
        signal.throwIfAborted();
        using file = await Deno.open(path, { write: true, createNew: true });
        await writeAll(file, randomBytes(bytes));
        // Pages that are not on the disk yet cannot leave the memory.
        await file.sync();
      }
      const pass = async (): Promise<FilePass> => {
        const latency = new Distribution();
        const before = await diskBytes();
        for (const path of paths) {
          signal.throwIfAborted();
          latency.record((await timed(clock, () => Deno.readFile(path))).ms);
        }
        const after = await diskBytes();
        const all = paths.length * bytes;
        const summary = latency.summary();
        return {
          latency: summary,
          bytesPerSecond: rateOf(all, summary.sum),
          diskShare: before === null || after === null
            ? null
            // The system reads ahead, and this process may read other files.
            : Math.min(1, (after - before) / all),
        };
      };
      const dropped = dropFromMemory(paths);
      const first = await pass();
      const coldReason = dropped ?? reasonNotCold(first);
      return {
        files: paths.length,
        fileBytes: bytes,
        cold: coldReason === null ? first : null,
        coldReason,
        warm: await pass(),
      };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

function reasonNotCold({ diskShare }: FilePass): string | null {
  if (diskShare === null) {
    return "the system does not say what came from a disk: run with --allow-all on Linux";
  }
  return diskShare >= MOSTLY
    ? null
    : "the files came from memory all the same, as those of a directory in memory do";
}

/** Returns the bytes that this process had from disks; `null` if unknown. */
async function diskBytes(): Promise<number | null> {
  try {
    const text = await Deno.readTextFile("/proc/self/io");
    const found = /^read_bytes: (\d+)$/m.exec(text);
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}

/** Asks the system to forget files; returns why it cannot be asked. */
function dropFromMemory(paths: readonly string[]): string | null {
  if (Deno.build.os !== "linux") return "only Linux is asked to forget files";
  try {
    const libc = Deno.dlopen("libc.so.6", {
      open: { parameters: ["buffer", "i32"], result: "i32" },
      close: { parameters: ["i32"], result: "i32" },
      posix_fadvise: {
        parameters: ["i32", "i64", "i64", "i32"],
        result: "i32",
      },
    });
    using _ = { [Symbol.dispose]: () => libc.close() };
    const { open, close, posix_fadvise } = libc.symbols;
    for (const path of paths) {
      const file = open(new TextEncoder().encode(`${path}\0`), 0);
      if (file < 0) return `${path} cannot be opened`;
      const error = posix_fadvise(file, 0n, 0n, DONT_NEED);
      close(file);
      if (error !== 0) {
        return `the system does not forget files: error ${error}`;
      }
    }
    return null;
  } catch (cause) {
    return `the system cannot be asked to forget files: ${reasonOf(cause)}`;
  }
}
