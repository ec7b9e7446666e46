#!/bin/sh
# Deno 2.9.6 beside Node, with a standard output that does not block, as another
# program leaves a pipe that it shares.
#
# A write of Deno.stdout that a pipe takes only a part of returns the size of that
# part, as Node's writeSync does. But if there is a line break in what is left,
# the same write is an error: 1,024 bytes more are kept to be sent later, and the
# error counts neither those nor what went out. A program that writes again
# repeats the beginning, and one that does not loses the end, of JSON in one line
# as of any other text. Pieces of at most 4,096 bytes that end with a line break
# go as a whole or not at all, and can be repeated.
#
# Seen, of 99,999 bytes and a line break, while nobody reads the pipe of 65,536:
#   node: wrote 65536, in the pipe 65536
#   deno: WouldBlock, in the pipe 65536
set -eu
for program in node npm perl mkfifo; do
  command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DENO_DIR="$folder/deno" NO_COLOR=1 DENO_NO_UPDATE_CHECK=1
echo '{}' >package.json
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts deno@2.9.6
# Not by npx: Node makes the outputs of its children block again.
deno=$(find node_modules/@deno -type f -name deno)
chmod +x "$deno"
cat >write.mjs <<'JS'
const bytes = new TextEncoder().encode("x".repeat(99_999) + "\n");
let said;
try {
  const fs = await import("node:fs");
  const wrote = globalThis.Deno
    ? await Deno.stdout.write(bytes)
    : fs.writeSync(1, bytes);
  said = `wrote ${wrote}`;
} catch (error) {
  said = error.name;
}
console.error(said);
JS
mkfifo pipe
exec 3<>pipe
# Runs a program with a pipe that does not block, and prints what became of it.
run() {
  perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die;
    exec @ARGV' timeout 60 "$@" >&3 2>said
  cat <&3 >taken 2>/dev/null || true
  echo "$(tail -n 1 said), in the pipe $(wc -c <taken)"
}
{
  echo "node: $(run node write.mjs)"
  echo "deno: $(run "$deno" run --allow-all write.mjs)"
} | tee seen
cat >expected <<'TEXT'
node: wrote 65536, in the pipe 65536
deno: WouldBlock, in the pipe 65536
TEXT
cmp -s seen expected
