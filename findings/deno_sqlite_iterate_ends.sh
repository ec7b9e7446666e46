#!/bin/sh
# Deno 2.9.6, node:sqlite.
#
# A whole number beyond 2^53 does not fit a JavaScript number, so reading one
# without setReadBigInts(true) is an error: all() and get() throw
# ERR_OUT_OF_RANGE, and in Node 22.23 iterate() does too. In Deno iterate() just ends at
# that row, as if there were no more: of three rows, of which the second has such
# a number, a loop sees one, without an error. An export or a migration that
# iterates over a table loses the rest of it. Read with bigints, or with all().
#
# Seen:
#   all() throws ERR_OUT_OF_RANGE
#   iterate() yields 1 of 3 rows and throws nothing
#   iterate() with bigints yields 3 of 3 rows and throws nothing
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >iterate.mjs <<'JS'
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(":memory:");
database.exec("CREATE TABLE t (n INTEGER) STRICT");
database.exec("INSERT INTO t VALUES (1), (9007199254740993), (3)");

const outcome = (read) => {
  try {
    read();
    return "nothing";
  } catch (error) {
    return error.code;
  }
};
const prepare = () => database.prepare("SELECT n FROM t ORDER BY rowid");

console.log(`all() throws ${outcome(() => prepare().all())}`);
for (const isWide of [false, true]) {
  const statement = prepare();
  statement.setReadBigInts(isWide);
  let rows = 0;
  const thrown = outcome(() => {
    for (const _row of statement.iterate()) rows++;
  });
  console.log(
    `iterate()${
      isWide ? " with bigints" : ""
    } yields ${rows} of 3 rows and throws ${thrown}`,
  );
}
JS
NO_COLOR=1 timeout 60 npx -y deno@2.9.6 run --quiet iterate.mjs >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
