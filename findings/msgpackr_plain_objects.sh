#!/bin/sh
# msgpackr 2.1.4 on Deno 2.9.6.
#
# 1. It reads an environment variable when it is imported, so a program without
#    --allow-env cannot import it, although encoding needs no permission:
#      NotCapable: Requires env access to "MSGPACKR_NATIVE_ACCELERATION_DISABLED"
# 2. Data that has a key `toJSON` is written as data if the object is an ordinary
#    one, and is called as a function if the object has no prototype, or a key
#    `constructor`:
#      ordinary: {"toJSON":1}
#      without a prototype: TypeError: value.toJSON is not a function
#      with a key constructor: TypeError: value.toJSON is not a function
# 3. It returns a `Buffer`, and small results share one `ArrayBuffer`, so that to
#    transfer the first detaches the second:
#      Buffer, second after the transfer of the first: 0 bytes
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
cd "$folder"
export NO_COLOR=1
cat > deno.json <<'JSON'
{ "imports": { "msgpackr": "npm:msgpackr@2.1.4" }, "nodeModulesDir": "none" }
JSON
cat > import.ts <<'TS'
try {
  await import("msgpackr");
  console.log("imported");
} catch (error) {
  console.log(String(error).split(",")[0]);
}
TS
cat > encode.ts <<'TS'
import { pack, unpack } from "msgpackr";

function show(name: string, value: unknown) {
  try {
    console.log(`${name}: ${JSON.stringify(unpack(pack(value)))}`);
  } catch (error) {
    console.log(`${name}: ${error}`);
  }
}
show("ordinary", { toJSON: 1 });
show("without a prototype", Object.assign(Object.create(null), { toJSON: 1 }));
show("with a key constructor", { constructor: "x", toJSON: 1 });

const first = pack({ a: 1 });
const second = pack({ b: 2 });
structuredClone(first.buffer, { transfer: [first.buffer] });
console.log(
  `${first.constructor.name}, second after the transfer of the first: ${second.length} bytes`,
);
TS
deno="npx -y deno@2.9.6"
timeout 120 $deno cache --quiet import.ts encode.ts
timeout 60 $deno run --no-prompt --no-check --cached-only import.ts > seen 2>/dev/null
timeout 60 $deno run -A --no-check --cached-only encode.ts >> seen 2>/dev/null
cat seen
cat > expected <<'TEXT'
NotCapable: Requires env access to "MSGPACKR_NATIVE_ACCELERATION_DISABLED"
ordinary: {"toJSON":1}
without a prototype: TypeError: value.toJSON is not a function
with a key constructor: TypeError: value.toJSON is not a function
Buffer, second after the transfer of the first: 0 bytes
TEXT
cmp -s seen expected || { echo "This has changed"; exit 1; }
