import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";

const SCRIPT = new URL("collect_once.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** What a process with such permissions collects. */
async function collectWith(...flags: string[]): Promise<MetricsSnapshot> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--quiet",
      `--config=${CONFIG}`,
      ...flags,
      SCRIPT,
    ],
    stdin: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assert(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const NOTHING_OF_KERNEL = {
  openFiles: null,
  diskReadBytes: null,
  diskWrittenBytes: null,
};
const NOTHING_OF_HOST = {
  load: null,
  memoryTotalBytes: null,
  memoryAvailableBytes: null,
  networkReceivedBytes: null,
  networkSentBytes: null,
};

Deno.test("without permissions, what needs one is null and the rest is measured", async () => {
  const { process, host } = await collectWith();
  assertEquals({ ...process, ...NOTHING_OF_KERNEL }, process);
  assertEquals({ ...host, ...NOTHING_OF_HOST }, host);
  assert(Number(host.cores) >= 1);
  assert(Number(process.rssBytes) > 1e7);
  assert(Number(process.cpuUserMs) > 0);
  assert(process.gc !== null);
});

Deno.test("with --allow-read, what needs --allow-all is null", async () => {
  const { process, host } = await collectWith("--allow-read");
  assertEquals({ ...process, ...NOTHING_OF_KERNEL }, process);
  assertEquals({ ...host, ...NOTHING_OF_HOST }, host);
});

Deno.test("with --allow-sys, the load and the memory of the machine are measured", async () => {
  const { host } = await collectWith("--allow-sys");
  assert(Number(host.memoryTotalBytes) > 1e8);
  assertEquals(host.load?.length, 3);
});

const isLinux = Deno.build.os === "linux";
/** util-linux: runs a program on a terminal. */
const SCRIPT_PROGRAM = "/usr/bin/script";

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

for (const flag of ["", "--allow-read=/tmp", "--allow-read"]) {
  Deno.test({
    name: `on a terminal, there is no prompt with ${flag || "no permission"}`,
    ignore: !isLinux || !await isThere(SCRIPT_PROGRAM),
    async fn() {
      const command = `"${Deno.execPath()}" run --no-check --quiet ` +
        `"--config=${CONFIG}" ${flag} "${SCRIPT}"`;
      const { stdout } = await new Deno.Command(SCRIPT_PROGRAM, {
        args: ["--quiet", "--return", "--command", command, "/dev/null"],
        stdin: "null",
        env: { NO_COLOR: "1" },
      }).output();
      const text = new TextDecoder().decode(stdout);
      assertStringIncludes(text, '"openFiles":null');
      assert(!/permission|request|allow/i.test(text), text);
    },
  });
}
