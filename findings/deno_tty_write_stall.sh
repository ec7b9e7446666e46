#!/bin/sh
# A stream of node:tty in Deno 2.9.6, on a PTY of @lydell/node-pty 1.1.0, Linux.
#
# A program on a PTY that reads 100,000 bytes and writes nothing gets the first
# 12 to 20 KB of them. Once the terminal was full, a stream of node:tty does not
# go on writing when it drains, and neither a change of size nor time wakes it.
# Output of the program does, so nobody notices with a program that echoes.
#
# Seen (the first number varies):
#   silent: stalled at 15360 of 100000
#   echoing: 100000 of 100000
# Exits with 1 if the silent program gets all of it, or the other does not.
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >stall.mjs <<'END'
import { statSync } from "node:fs";
import { spawn } from "@lydell/node-pty";

const BYTES = 100_000;
/** Types into a program for 4 s; returns how much it printed. */
function type(script) {
  const pty = spawn("sh", ["-c", script], { encoding: null });
  let printed = 0;
  let typed = false;
  pty.onData((data) => {
    printed += data.length;
    if (typed) return;
    // The program is ready, and starts to read in a moment.
    typed = true;
    pty.write("x".repeat(BYTES));
    setTimeout(() => pty.resize(81, 24), 1000);
  });
  return new Promise((resolve) => {
    setTimeout(() => {
      pty.kill("SIGKILL");
      resolve(printed);
    }, 4000);
  });
}

const echoed = await type(
  "stty raw -echo; printf r; sleep 0.3; exec cat",
);
await type(
  "stty raw -echo; printf r; sleep 0.3; cat >silent.txt",
);
const { size } = statSync("silent.txt");
console.log(`silent: stalled at ${size} of ${BYTES}`);
console.log(`echoing: ${echoed - 1} of ${BYTES}`);
process.exit(size > 0 && size < BYTES && echoed - 1 === BYTES ? 0 : 1);
END
cat >deno.json <<'END'
{ "imports": { "@lydell/node-pty": "npm:@lydell/node-pty@1.1.0" }, "nodeModulesDir": "auto" }
END
NO_COLOR=1 timeout 120 npx -y deno@2.9.6 run --quiet -A stall.mjs
