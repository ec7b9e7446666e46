#!/bin/sh
# Deno 2.9.6 on Linux, Deno.dlopen.
#
# Opening the same functions of the same library once more is not cheap, though
# the library is loaded already: each handle compiles a trampoline for each of its
# functions again, in a page of its own. A hundred handles of eight functions
# have about 800 pages of code more, and 3 MB of memory for them, beside what V8
# keeps. Whoever opens a library for each object, or for each call, pays that
# each time: share one handle. Closing 250 handles of two functions 4 times, with
# garbage collections in between, ends with the pages of 250 and not of 1000: so
# they are given back, if late.
#
# Seen:
#   code pages of 100 handles of 8 functions: 700 or more
#   code pages of 4 x 250 closed handles of 2 functions: fewer than 1000
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
[ "$(uname -s)" = Linux ] || { echo "Linux is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >again.ts <<'TS'
const two = {
  getpid: { parameters: [], result: "i32" },
  strlen: { parameters: ["buffer"], result: "usize" },
} as const;
const eight = {
  ...two,
  getppid: { parameters: [], result: "i32" },
  getuid: { parameters: [], result: "u32" },
  getgid: { parameters: [], result: "u32" },
  abs: { parameters: ["i32"], result: "i32" },
  toupper: { parameters: ["i32"], result: "i32" },
  isdigit: { parameters: ["i32"], result: "i32" },
} as const;

/** Pages that can be executed and belong to no file. */
function codePages(): number {
  let bytes = 0;
  for (const line of Deno.readTextFileSync("/proc/self/maps").split("\n")) {
    const [, from, to, path] =
      /^(\w+)-(\w+) r-xp \S+ \S+ \d+ *(.*)$/.exec(line) ?? [];
    if (path === "") bytes += Number(`0x${to}`) - Number(`0x${from}`);
  }
  return bytes / 4096;
}

declare const gc: () => void;

let before = codePages();
for (let round = 0; round < 4; round++) {
  for (let i = 0; i < 250; i++) Deno.dlopen("libc.so.6", two).close();
  for (let i = 0; i < 10; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const closed = codePages() - before;

before = codePages();
const handles = Array.from({ length: 100 }, () => Deno.dlopen("libc.so.6", eight));
const open = codePages() - before + closed;
for (const handle of handles) handle.close();

const say = (what: string, pages: number, is: boolean, how: string) =>
  console.log(`code pages of ${what}: ${is ? how : pages}`);
say("100 handles of 8 functions", open, open >= 700, "700 or more");
say(
  "4 x 250 closed handles of 2 functions",
  closed,
  closed < 1000,
  "fewer than 1000",
);
TS
NO_COLOR=1 timeout 120 npx -y deno@2.9.6 run --quiet -A --v8-flags=--expose-gc \
  again.ts >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
