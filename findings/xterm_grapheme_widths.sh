#!/bin/sh
# @xterm/addon-unicode-graphemes 0.4.0 with @xterm/headless 6.0.0, on Node 20.
#
# The widths that the add-on calls "15" and "15-graphemes" are decoded with Node's
# Buffer where there is one, and with atob() elsewhere. With Buffer, every emoji
# takes one cell; without it, two, as Unicode says (East Asian Width W). A headless
# terminal on Node and a page beside it so disagree about where the cursor is.
# Also, "15" has no emoji of Unicode 14 (U+1FAE0), and gives a combining mark a
# cell of its own.
#
# Seen (cells):
#   with Buffer: U+1F600=1 U+4E2D=2 U+1FAE0=1 e+U+0301=2
#   with atob: U+1F600=2 U+4E2D=2 U+1FAE0=1 e+U+0301=2
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  @xterm/headless@6.0.0 @xterm/addon-unicode-graphemes@0.4.0
cat >widths.cjs <<'JS'
const { Terminal } = require("@xterm/headless");
const [way] = process.argv.slice(2);
if (way === "atob") delete globalThis.Buffer;
const { UnicodeGraphemesAddon } = require("@xterm/addon-unicode-graphemes");

const terminal = new Terminal({ allowProposedApi: true, cols: 40, rows: 2 });
terminal.loadAddon(new UnicodeGraphemesAddon());
terminal.unicode.activeVersion = "15";
const texts = {
  "U+1F600": "\u{1f600}",
  "U+4E2D": "\u4e2d",
  "U+1FAE0": "\u{1fae0}",
  "e+U+0301": "e\u0301",
};
const cellsOf = (text) =>
  new Promise((resolve) =>
    terminal.write(`\r${text}`, () => resolve(terminal.buffer.active.cursorX))
  );
(async () => {
  const cells = [];
  for (const [name, text] of Object.entries(texts)) {
    cells.push(`${name}=${await cellsOf(text)}`);
  }
  process.stdout.write(`with ${way}: ${cells.join(" ")}\n`);
})();
JS
timeout 60 node widths.cjs Buffer >seen
timeout 60 node widths.cjs atob >>seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
