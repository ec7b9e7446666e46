#!/bin/sh
# @lydell/node-pty 1.1.0 in a worker of Deno 2.9.6, and in one of Node 20; Linux.
#
# A worker that is terminated takes its terminals along on Node: the thread's end
# closes their descriptors, and the programs get SIGHUP. On Deno nothing closes
# them: /dev/ptmx stays open in the process, and the programs run on with nobody
# at the other side, until the whole process ends.
#
# Seen:
#   node: open before 1, after 0, program ended
#   deno: open before 1, after 1, program runs
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  @lydell/node-pty@1.1.0
cat >worker.mjs <<'END'
import { parentPort } from "node:worker_threads";
import { spawn } from "@lydell/node-pty";
const pty = spawn("cat", [], {});
pty.onData(() => parentPort.postMessage(pty.pid));
pty.write("x");
END
cat >main.mjs <<'END'
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const count = () =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith("ptmx");
    } catch {
      return false;
    }
  }).length;
const runs = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const worker = new Worker(new URL("worker.mjs", import.meta.url));
const pid = await new Promise((resolve) => worker.once("message", resolve));
const before = count();
await worker.terminate();
for (let i = 0; i < 20 && runs(pid); i++) await wait(100);
console.log(
  `open before ${before}, after ${count()}, program ${runs(pid) ? "runs" : "ended"}`,
);
process.exit(0);
END
{
  echo "node: $(timeout 60 node main.mjs)"
  echo "deno: $(NO_COLOR=1 timeout 120 npx -y deno@2.9.6 run --quiet -A main.mjs)"
} >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
