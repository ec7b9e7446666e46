#!/bin/sh
# @xterm/addon-serialize 0.14.0 with @xterm/headless 6.0.0, on Node.
#
# A terminal that is serialized and written into a new one keeps its text and
# several modes, such as bracketed paste and mouse tracking. It loses the scroll
# margins and the tab stops, among others, without a word. So the program that
# runs on writes to other rows and columns than before the reload.
#
# Seen (each line: what, before, after):
#   bracketed paste: true true
#   mouse tracking: drag drag
#   margins 2-4, after two line feeds in row 4: row 4 row 6
#   tab stop at column 3: column 3 column 8
#   text: the same
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  @xterm/headless@6.0.0 @xterm/addon-serialize@0.14.0
cat >seen.mjs <<'JS'
import headless from "@xterm/headless";
import serialize from "@xterm/addon-serialize";

const make = () =>
  new headless.Terminal({ cols: 40, rows: 6, allowProposedApi: true });
const write = (terminal, text) =>
  new Promise((resolve) => terminal.write(text, resolve));
const row = (terminal, y) =>
  terminal.buffer.active.getLine(y).translateToString(true);

const before = make();
const addon = new serialize.SerializeAddon();
before.loadAddon(addon);
// Rows 2 to 4 scroll, row 5 does not; a tab stop at column 3 (counted from 0).
await write(before, "\x1b[5;1Hfixed\x1b[2;4r");
await write(before, "\x1b[3g\x1b[2;4H\x1bH\x1b[2;1H");
await write(before, "\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?25l");
const after = make();
await write(after, addon.serialize());

const both = (read) => `${read(before)} ${read(after)}`;
console.log(`bracketed paste: ${both((t) => t.modes.bracketedPasteMode)}`);
console.log(`mouse tracking: ${both((t) => t.modes.mouseTrackingMode)}`);
const text = (t) => Array.from({ length: 6 }, (_, y) => row(t, y)).join("\n");
const same = text(before) === text(after);
// The same bytes to both.
for (const terminal of [before, after]) {
  await write(terminal, "\x1b[2;1H\t");
}
const tab = both((t) => `column ${t.buffer.active.cursorX}`);
for (const terminal of [before, after]) {
  await write(terminal, "\x1b[4;1H\n\nx");
}
const where = (t) => [0, 1, 2, 3, 4, 5].findIndex((y) => row(t, y) === "x") + 1;
console.log(`margins 2-4, after two line feeds in row 4: ${both((t) => `row ${where(t)}`)}`);
console.log(`tab stop at column 3: ${tab}`);
console.log(`text: ${same ? "the same" : "not the same"}`);
JS
timeout 60 node seen.mjs >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
