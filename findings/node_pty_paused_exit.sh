#!/bin/sh
# @lydell/node-pty 1.1.0 on Node 20, Linux.
#
# A reader that pauses a PTY, as one without credit does, and resumes it loses
# what the program wrote last if it ended meanwhile: the JavaScript half destroys
# the stream 200 ms after the exit, read or not. The exit code comes as ever, and
# nothing tells that output is missing.
#
# Seen:
#   paused for 50 ms: 3893 bytes, exit 7
#   paused for 1000 ms: 0 bytes, exit 7
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  @lydell/node-pty@1.1.0
cat >paused.mjs <<'JS'
import { spawn } from "@lydell/node-pty";
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function read(pausedMs) {
  const pty = spawn("sh", ["-c", "printf r; read x; stty -opost; seq 1000; exit 7"], {});
  let text = "";
  const exited = new Promise((resolve) => pty.onExit(resolve));
  await new Promise((resolve) => pty.onData((data) => { text += data; resolve(); }));
  text = "";
  pty.pause();
  pty.write("\r");
  await wait(pausedMs);
  pty.resume();
  const { exitCode } = await exited;
  await wait(100);
  return `${text.replace(/^[^1]*/, "").length} bytes, exit ${exitCode}`;
}
console.log(`paused for 50 ms: ${await read(50)}`);
console.log(`paused for 1000 ms: ${await read(1000)}`);
process.exit(0);
JS
timeout 60 node paused.mjs >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
