/**
 * The limits of the cgroup of this process, as a container or a service has
 * them, in version 1 and version 2.
 *
 * @module
 */
import { readKernelFile } from "./permitted.ts";
import type { CgroupMetrics } from "./snapshot.ts";

/** Returns the text of a file, or `null` if it cannot be read. */
export type ReadText = (path: string) => string | null;

/** The directory of a controller, and those above it that are visible. */
interface Hierarchy {
  readonly version: 1 | 2;
  /** From that of the process up to the mount point. */
  readonly directories: readonly string[];
}

/** Where the controllers of this process are. */
export interface CgroupPlaces {
  readonly memory: Hierarchy | undefined;
  readonly cpu: Hierarchy | undefined;
}

/** Reads the limits again and again; where they are is found once. */
export class CgroupSource {
  readonly #read: ReadText;
  #places: CgroupPlaces | undefined;

  /** Creates a source that reads the files of the kernel. */
  constructor(read: ReadText = readKernelFile) {
    this.#read = read;
  }

  /** Returns the limits now; `null` if there is none. */
  read(): CgroupMetrics | null {
    this.#places ??= findCgroup(this.#read);
    const { memory, cpu } = this.#places;
    const limits = {
      ...readMemory(this.#read, memory),
      cpuLimitCores: readCpuLimit(this.#read, cpu),
    };
    const hasLimit = limits.memoryLimitBytes !== null ||
      limits.cpuLimitCores !== null;
    return hasLimit ? limits : null;
  }
}

/** Returns where the controllers of this process are mounted. */
export function findCgroup(read: ReadText): CgroupPlaces {
  const mounts = parseMounts(read("/proc/self/mountinfo") ?? "");
  const paths = parsePaths(read("/proc/self/cgroup") ?? "");
  const find = (controller: string): Hierarchy | undefined => {
    for (const version of [1, 2] as const) {
      // In version 2, all controllers have one path and one mount.
      const key = version === 1 ? controller : "";
      const path = paths.get(key);
      const mount = mounts.get(key);
      if (path === undefined || mount === undefined) continue;
      const directories = directoriesOf(mount, path);
      // Where both versions are mounted, one of them has the controller.
      if (version === 2 && !hasController(read, directories, controller)) {
        continue;
      }
      return { version, directories };
    }
    return undefined;
  };
  return { memory: find("memory"), cpu: find("cpu") };
}

function hasController(
  read: ReadText,
  directories: readonly string[],
  controller: string,
): boolean {
  return directories.some((directory) => {
    const text = read(`${directory}/cgroup.controllers`);
    return text?.split(/\s+/).includes(controller);
  });
}

/** A mount of a hierarchy: where it is, and which of its directories it shows. */
interface Mount {
  readonly point: string;
  readonly root: string;
}

/** Returns the mounts by controller; that of version 2 has none. */
function parseMounts(text: string): Map<string, Mount> {
  const mounts = new Map<string, Mount>();
  for (const line of text.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "", point = ""] = before.split(" ").map(unescape);
    const [type, , options = ""] = after.split(" ");
    const controllers = type === "cgroup2"
      ? [""]
      : type === "cgroup"
      ? options.split(",")
      : [];
    for (const controller of controllers) {
      if (!mounts.has(controller)) mounts.set(controller, { point, root });
    }
  }
  return mounts;
}

/** The kernel writes spaces and the like as three octal digits. */
function unescape(text: string): string {
  return text.replace(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(parseInt(octal, 8)),
  );
}

/** Returns the paths of the process by controller; that of version 2 has none. */
function parsePaths(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const [, names = "", path = ""] of text.matchAll(/^\d+:(.*?):(.*)$/gm)) {
    for (const name of names.split(",")) paths.set(name, path);
  }
  return paths;
}

function directoriesOf({ point, root }: Mount, path: string): string[] {
  // In a container, the mount may show only what is below its own directory.
  const within = root !== "/" && `${path}/`.startsWith(`${root}/`)
    ? path.slice(root.length)
    : path;
  const parts = within.split("/").filter((part) =>
    part !== "" && part !== ".."
  );
  const directories = [point];
  for (const part of parts) directories.unshift(`${directories[0]}/${part}`);
  return directories;
}

/** Version 1 writes a number near 2⁶³ where there is no limit. */
const NO_LIMIT = 2 ** 60;

const MEMORY_FILES = {
  1: {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    inactive: "total_inactive_file",
  },
  2: { limit: "memory.max", used: "memory.current", inactive: "inactive_file" },
} as const;

/** The limit is the least of the process's own and those above it. */
function readMemory(
  read: ReadText,
  place: Hierarchy | undefined,
): Pick<CgroupMetrics, "memoryLimitBytes" | "memoryUsedBytes"> {
  const none = { memoryLimitBytes: null, memoryUsedBytes: null };
  if (place === undefined) return none;
  const files = MEMORY_FILES[place.version];
  let least = NO_LIMIT;
  let where: string | undefined;
  for (const directory of place.directories) {
    const limit = numberIn(read(`${directory}/${files.limit}`));
    if (limit === null || limit >= least) continue;
    least = limit;
    where = directory;
  }
  if (where === undefined) return none;
  const used = numberIn(read(`${where}/${files.used}`));
  const inactive = new RegExp(`^${files.inactive} (\\d+)$`, "m")
    .exec(read(`${where}/memory.stat`) ?? "")?.[1];
  return {
    memoryLimitBytes: least,
    // The kernel drops unused pages of files before it ends a process.
    memoryUsedBytes: used === null
      ? null
      : Math.max(0, used - Number(inactive ?? 0)),
  };
}

function readCpuLimit(
  read: ReadText,
  place: Hierarchy | undefined,
): number | null {
  const limits = (place?.directories ?? []).flatMap((directory) => {
    const [quota = null, period = null] = place?.version === 2
      ? (read(`${directory}/cpu.max`) ?? "").split(" ").map(numberIn)
      : ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map((name) =>
        numberIn(read(`${directory}/${name}`))
      );
    return quota === null || period === null || period === 0
      ? []
      : [quota / period];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Returns the number of a file, or `null` for `max`, -1 and what is missing. */
function numberIn(text: string | null): number | null {
  const match = text?.trim().match(/^\d+$/);
  return match ? Number(match[0]) : null;
}
