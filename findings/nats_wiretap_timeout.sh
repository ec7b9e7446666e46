#!/bin/sh
# nats-server 2.9.10 (Debian 12), @nats-io/jetstream 3.4.0, on Node.
#
# Whether a publish that no stream keeps is refused at once or after its whole
# time-out depends on who else is connected. Alone, the publisher has the
# server's word that nobody responds, in milliseconds. With a subscription to
# all subjects anywhere in the account, as those who log or mirror everything
# have it, the publish has a receiver, and waits for an acknowledgement that
# nobody sends: it is a time-out, which a client takes for a slow server and
# tries again. A consumer's acknowledgement is no different: after its consumer
# was deleted, `ackAck` fails at once, or not before its time-out. To be sure, ask
# for the stream or consumer when the time is out.
#
# Seen:
#   alone: publish JetStreamNotEnabled at once, ackAck NoRespondersError at once
#   beside a subscription to ">": publish TimeoutError after its time, ackAck TimeoutError after its time
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
const { connect } = require("@nats-io/transport-node");
const { jetstream, jetstreamManager } = require("@nats-io/jetstream");
const timeout = 1000;

async function outcome(run) {
  const start = performance.now();
  const name = await run().then(() => "done", (error) => error.name === "RequestError"
    ? "NoRespondersError" : error.name);
  return `${name} ${performance.now() - start < timeout / 2 ? "at once" : "after its time"}`;
}

async function look(nc) {
  const js = jetstream(nc);
  const jsm = await jetstreamManager(nc);
  const publish = await outcome(() => js.publish("kept.by.nobody", "", { timeout }));
  await jsm.streams.add({ name: "s", subjects: ["s.>"] });
  await js.publish("s.a");
  await jsm.consumers.add("s", { durable_name: "c", ack_policy: "explicit" });
  const message = await (await js.consumers.get("s", "c")).next();
  await jsm.consumers.delete("s", "c");
  const ack = await outcome(() => message.ackAck({ timeout }));
  await jsm.streams.delete("s");
  return `publish ${publish}, ackAck ${ack}`;
}

(async () => {
  const servers = process.argv[2];
  const nc = await connect({ servers });
  console.log(`alone: ${await look(nc)}`);
  const tap = await connect({ servers });
  tap.subscribe(">", { callback: () => {} });
  await tap.flush();
  console.log(`beside a subscription to ">": ${await look(nc)}`);
  await Promise.all([nc.close(), tap.close()]);
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
