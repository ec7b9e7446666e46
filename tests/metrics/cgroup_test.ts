// Limits of cgroups, from files as containers and services have them.
import { assert, assertEquals } from "@std/assert";
import { CgroupSource } from "../../src/metrics/cgroup_source.ts";

const V2_MOUNT =
  "29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";
const OTHER_MOUNT =
  "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw,errors=remount-ro\n";

function v1Mount(controllers: string, root = "/"): string {
  return `34 30 0:31 ${root} /sys/fs/cgroup/${controllers} ro,nosuid - cgroup cgroup rw,${controllers}\n`;
}

/** What is read of recorded files. */
function read(files: Readonly<Record<string, string>>) {
  return new CgroupSource((path) => files[path] ?? null).read();
}

Deno.test("the limits of a container with version 2 are read", () => {
  assertEquals(
    read({
      "/proc/self/mountinfo": OTHER_MOUNT + V2_MOUNT,
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
      "/sys/fs/cgroup/memory.max": "536870912\n",
      "/sys/fs/cgroup/memory.current": "104857600\n",
      "/sys/fs/cgroup/memory.stat":
        "anon 60000000\nfile 44857600\ninactive_anon 1\ninactive_file 4857600\nactive_file 40000000\n",
      "/sys/fs/cgroup/cpu.max": "150000 100000\n",
    }),
    {
      memoryLimitBytes: 536_870_912,
      memoryUsedBytes: 100_000_000,
      cpuLimitCores: 1.5,
    },
  );
});

Deno.test("the least limit counts, of a service's own cgroup and those above it", () => {
  const service = "/sys/fs/cgroup/system.slice/orders.service";
  assertEquals(
    read({
      "/proc/self/mountinfo": V2_MOUNT,
      "/proc/self/cgroup": "0::/system.slice/orders.service\n",
      "/sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
      [`${service}/memory.max`]: "max\n",
      [`${service}/memory.current`]: "5\n",
      [`${service}/cpu.max`]: "max 100000\n",
      "/sys/fs/cgroup/system.slice/memory.max": "1000\n",
      "/sys/fs/cgroup/system.slice/memory.current": "700\n",
      "/sys/fs/cgroup/system.slice/cpu.max": "50000 100000\n",
    }),
    { memoryLimitBytes: 1000, memoryUsedBytes: 700, cpuLimitCores: 0.5 },
  );
});

Deno.test("the limits of a container with version 1 are read, with and without a namespace of its own", () => {
  const id = "/docker/4f4c22902235";
  for (
    const [path, root] of [["/", "/"], [id, id], [`${id}/`, id]] as const
  ) {
    assertEquals(
      read({
        "/proc/self/mountinfo": OTHER_MOUNT + v1Mount("memory", root) +
          v1Mount("cpu,cpuacct", root),
        "/proc/self/cgroup": `4:memory:${path}\n2:cpu,cpuacct:${path}\n0::/\n`,
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes": "300\n",
        "/sys/fs/cgroup/memory/memory.stat":
          "inactive_file 1\ntotal_inactive_file 100\n",
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "200000\n",
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      }),
      {
        memoryLimitBytes: 1_073_741_824,
        memoryUsedBytes: 200,
        cpuLimitCores: 2,
      },
      path,
    );
  }
});

Deno.test("where both versions are mounted, the one with the controller counts", () => {
  assertEquals(
    read({
      "/proc/self/mountinfo": v1Mount("memory") +
        V2_MOUNT.replace("/sys/fs/cgroup ", "/sys/fs/cgroup/unified "),
      "/proc/self/cgroup": "4:memory:/a\n0::/b\n",
      "/sys/fs/cgroup/unified/cgroup.controllers": "cpu\n",
      "/sys/fs/cgroup/unified/b/cpu.max": "25000 100000\n",
      "/sys/fs/cgroup/unified/b/memory.max": "7\n",
      "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9000\n",
    }),
    { memoryLimitBytes: 9000, memoryUsedBytes: null, cpuLimitCores: 0.25 },
  );
});

Deno.test("without a limit there is nothing", () => {
  assertEquals(read({}), null);
  assertEquals(
    read({
      "/proc/self/mountinfo": V2_MOUNT,
      "/proc/self/cgroup": "0::/init.scope\n",
      "/sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
      "/sys/fs/cgroup/init.scope/memory.max": "max\n",
      "/sys/fs/cgroup/init.scope/cpu.max": "max 100000\n",
    }),
    null,
  );
  assertEquals(
    read({
      "/proc/self/mountinfo": v1Mount("memory") + v1Mount("cpu"),
      "/proc/self/cgroup": "4:memory:/\n1:cpu:/\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    }),
    null,
  );
});

Deno.test("a limit that is changed is read anew", () => {
  const files: Record<string, string> = {
    "/proc/self/mountinfo": V2_MOUNT,
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/cgroup.controllers": "memory\n",
    "/sys/fs/cgroup/memory.max": "100\n",
  };
  const source = new CgroupSource((path) => files[path] ?? null);
  assertEquals(source.read()?.memoryLimitBytes, 100);
  files["/sys/fs/cgroup/memory.max"] = "200\n";
  assertEquals(source.read()?.memoryLimitBytes, 200);
});

/** A cgroup with a limit of memory, where this machine lets us create one. */
function createCgroup(limitBytes: number): string | undefined {
  for (
    const [parent, limit] of [
      ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
      ["/sys/fs/cgroup", "memory.max"],
    ] as const
  ) {
    const directory = `${parent}/troupe_test_${Deno.pid}`;
    try {
      Deno.mkdirSync(directory);
    } catch {
      continue;
    }
    try {
      Deno.writeTextFileSync(`${directory}/${limit}`, `${limitBytes}\n`);
      return directory;
    } catch {
      Deno.removeSync(directory);
    }
  }
  return undefined;
}

const LIMIT_BYTES = 1_000_000_000 - 1_000_000_000 % 4096;

/** Whether there can be one: it is created, and gone again. */
function canCreate(): boolean {
  const directory = createCgroup(LIMIT_BYTES);
  if (directory !== undefined) Deno.removeSync(directory);
  else console.warn("Limits of cgroups are not tried: none can be created");
  return directory !== undefined;
}

Deno.test(
  "a process in a cgroup of this machine knows its limit, and how much of it is used",
  { ignore: !canCreate() },
  async () => {
    const directory = createCgroup(LIMIT_BYTES);
    assert(directory !== undefined);
    const file = (name: string) => new URL(name, import.meta.url).pathname;
    const run = [
      `"${Deno.execPath()}" run -A --no-check --quiet`,
      `"--config=${file("../../deno.json")}" "${file("collect_once.ts")}"`,
    ].join(" ");
    try {
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `echo $$ >"${directory}/cgroup.procs" && exec ${run}`],
        stdin: "null",
      }).output();
      const { cgroup } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals(cgroup.memoryLimitBytes, LIMIT_BYTES);
      assert(cgroup.memoryUsedBytes > 5_000_000);
      assert(cgroup.memoryUsedBytes < LIMIT_BYTES);
    } finally {
      await Deno.remove(directory);
    }
  },
);
