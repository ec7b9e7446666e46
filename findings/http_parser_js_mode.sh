#!/bin/sh
# http-parser-js 0.5.10, and autocannon 9.0.0, which is built on it.
#
# Reading the constant `HTTPParser.kOnExecute` is a switch: from then on every
# parser of the program, those that exist already included, passes what it knows
# of a head as nine arguments instead of one object. Whoever has set
# `kOnHeadersComplete` for the object then sees the number of the version, and no
# error is raised. autocannon, after that, gets its responses and counts none of
# them: 0 of 2xx and 0 errors, in the same program in which it had counted
# thousands before. So a module that reads the constant to tell versions of
# parsers apart has a load test beside it measure nothing.
#
# Seen:
#   head: object
#   autocannon before: counts, errors 0
#   head: number
#   autocannon after: counts none, errors 0
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
timeout 120 npm install --silent --no-audit --no-fund \
  http-parser-js@0.5.10 autocannon@9.0.0 >/dev/null
cat >parse.js <<'JS'
const { HTTPParser } = require("http-parser-js");
const autocannon = require("autocannon");
const { createServer } = require("node:http");

const response = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
const parser = new HTTPParser(HTTPParser.RESPONSE);
parser[HTTPParser.kOnHeadersComplete] = (head) => {
  console.log(`head: ${typeof head}`);
};

async function count(when, url) {
  const result = await autocannon({ url, connections: 2, duration: 1 });
  const counted = result["2xx"] > 0 ? "counts" : "counts none";
  console.log(`autocannon ${when}: ${counted}, errors ${result.errors}`);
}

const server = createServer((_request, reply) => reply.end("hello"));
server.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  parser.execute(response);
  await count("before", url);
  void HTTPParser.kOnExecute;
  parser.execute(response);
  await count("after", url);
  server.close();
  server.closeAllConnections();
});
JS
timeout 60 node parse.js >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
