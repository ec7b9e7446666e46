#!/bin/sh
# Deno 2.9.6 with OTEL_DENO=true, beside @opentelemetry/sdk-metrics 3.1.1.
#
# When a process ends, Deno exports once more what counters hold, and nothing of
# observable instruments: their callbacks are not called. What was observed since
# the last export is lost, and that is all of it in a process that lives shorter
# than the interval, a minute by default, or that calls Deno.exit. A reader of
# the SDK that is shut down collects both, as its specification asks for. A count
# that has to be right at the end needs a counter that is added to.
#
# Seen:
#   deno, an export a minute: counted 5
#   deno, an export each 100 ms: counted 5, observed 3
#   sdk: counted 5, observed 7
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export DENO_DIR="$folder/deno" NO_COLOR=1 DENO_NO_UPDATE_CHECK=1
cat >package.json <<'JSON'
{ "type": "module" }
JSON
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.1
timeout 120 npx -y deno@2.9.6 --version >/dev/null
cat >counts.mjs <<'JS'
import { metrics } from "@opentelemetry/api";

export async function count() {
  const meter = metrics.getMeter("finding");
  const counter = meter.createCounter("counted");
  let observed = 3;
  meter.createObservableCounter("observed").addCallback((result) =>
    result.observe(observed)
  );
  counter.add(1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  counter.add(4);
  observed = 7;
}
JS
cat >deno.mjs <<'JS'
import { count } from "./counts.mjs";

await count();
JS
cat >sdk.mjs <<'JS'
import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { count } from "./counts.mjs";

const last = new Map();
class Exporter extends InMemoryMetricExporter {
  export(batch, done) {
    for (const { metrics } of batch.scopeMetrics) {
      for (const { descriptor, dataPoints } of metrics) {
        last.set(descriptor.name, dataPoints[0].value);
      }
    }
    super.export(batch, done);
  }
}
const exporter = new Exporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter });
const provider = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(provider);
await count();
await provider.shutdown();
console.log([...last].map((entry) => entry.join(" ")).join(", "));
JS
# The last value of each metric that was exported, with an interval.
exported() {
  OTEL_DENO=true OTEL_EXPORTER_OTLP_PROTOCOL=console \
    OTEL_METRIC_EXPORT_INTERVAL="$1" \
    timeout 60 npx -y deno@2.9.6 run -A deno.mjs 2>&1 | awk '
      $1 == "METRIC" { name = $2 }
      /value=/ && (name == "counted" || name == "observed") {
        sub(/.*value=/, "")
        last[name] = $0
      }
      END {
        printf "counted %s", last["counted"]
        if ("observed" in last) printf ", observed %s", last["observed"]
        print ""
      }'
}
{
  echo "deno, an export a minute: $(exported 60000)"
  echo "deno, an export each 100 ms: $(exported 100)"
  echo "sdk: $(timeout 60 node sdk.mjs)"
} >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
