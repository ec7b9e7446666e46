#!/bin/sh
# nats-server 2.9.10 (Debian 12), @nats-io/jetstream 3.4.0, on Node.
#
# `ackAck` does not say that a worker was in time. A worker that takes longer
# than the ack wait, and acknowledges when another has got the message already,
# has its acknowledgement confirmed, as the other has its own: the server goes by
# the number of the message in the stream, not by which delivery is meant, and
# confirms one for a message that it has forgotten as well. So both believe that
# the work was theirs alone. A late negative acknowledgement counts too: it takes
# the message away from the worker that is busy with it, and a third gets it. To
# be sure, a worker keeps its own time, and says `working()` before it is over.
#
# Seen:
#   a late ack is confirmed: true, the ack of the second delivery too: true
#   after a late nak the message comes a third time, while the second is worked on: delivery 3
set -eu
for program in npm nats-server; do
  command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 2; }
done
script=$(realpath "$0")
folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || :; wait "$server" 2>/dev/null || :; fi; rm -rf "$folder"' EXIT
cd "$folder"
echo "$(nats-server --version), described for 2.9.10"
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
nats-server --addr 127.0.0.1 --port -1 --ports_file_dir "$folder" \
  --jetstream --store_dir "$folder/js" >log 2>&1 &
server=$!
cat >seen.cjs <<'JS'
const { connect, nanos } = require("@nats-io/transport-node");
const { jetstream, jetstreamManager } = require("@nats-io/jetstream");

(async () => {
  const nc = await connect({ servers: process.argv[2] });
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: "jobs", subjects: ["jobs.>"] });
  for (const name of ["ack", "nak"]) {
    await jsm.consumers.add("jobs", {
      durable_name: name,
      ack_policy: "explicit",
      ack_wait: nanos(1000),
    });
  }
  await js.publish("jobs.a");
  const acks = await js.consumers.get("jobs", "ack");
  const first = await acks.next();
  const second = await acks.next();
  const late = await first.ackAck();
  const inTime = await second.ackAck();
  console.log(`a late ack is confirmed: ${late}, the ack of the second delivery too: ${inTime}`);
  const naks = await js.consumers.get("jobs", "nak");
  const slow = await naks.next();
  const busy = await naks.next();
  const working = setInterval(() => busy.working(), 200);
  slow.nak();
  const third = await naks.next();
  clearInterval(working);
  console.log(`after a late nak the message comes a third time, while the second is worked on: delivery ${third?.info.deliveryCount}`);
  await nc.close();
})();
JS
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ -s "$folder"/nats-server_*.ports ] && break
  sleep 0.5
done
url=$(sed -n 's/.*"\(nats:[^"]*\)".*/\1/p' "$folder"/nats-server_*.ports | head -n 1)
timeout 60 node seen.cjs "$url" >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
