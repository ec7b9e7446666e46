#!/bin/sh
# Deno 2.9.6 with OTEL_DENO=true, beside @opentelemetry/sdk-metrics 3.1.1.
#
# An error in a callback of an observable instrument is an uncaught rejection in
# Deno's own exporter: it ends the process at the next export, a minute after
# the start by default, though nothing of the application had called anything.
# The SDK collects the error and exports what other callbacks have observed, and
# the API says nothing of either. A callback that is meant for both has to catch
# whatever it calls. And the pauses of V8's garbage collector are exported in the
# unit "S", which in UCUM, the units of OpenTelemetry, are siemens.
#
# Seen:
#   deno: exit 1, Uncaught (in promise) Error: from a callback
#   deno: v8js.gc.duration in S
#   sdk: exit 0, errors 1, the other gauge 7
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
cat >gauges.mjs <<'JS'
import { metrics } from "@opentelemetry/api";

export function createGauges() {
  const meter = metrics.getMeter("finding");
  meter.createObservableGauge("other").addCallback((result) => result.observe(7));
  meter.createObservableGauge("broken").addCallback(() => {
    throw new Error("from a callback");
  });
}
JS
cat >deno.mjs <<'JS'
import { createGauges } from "./gauges.mjs";

createGauges();
let kept = [];
for (let i = 0; i < 2_000_000; i++) kept.push({ i });
kept = [];
setTimeout(() => {}, 20_000);
JS
cat >sdk.mjs <<'JS'
import { metrics } from "@opentelemetry/api";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { createGauges } from "./gauges.mjs";

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
createGauges();
const { resourceMetrics, errors } = await reader.collect();
const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
const other = found.find(({ descriptor }) => descriptor.name === "other");
console.log(`errors ${errors.length}, the other gauge ${other.dataPoints[0].value}`);
JS
code=0
OTEL_DENO=true OTEL_EXPORTER_OTLP_PROTOCOL=console \
  OTEL_METRIC_EXPORT_INTERVAL=100 \
  timeout 60 npx -y deno@2.9.6 run -A deno.mjs >deno.out 2>&1 || code=$?
{
  echo "deno: exit $code, $(sed -n 's/^error: \(Uncaught.*\)$/\1/p' deno.out | head -n 1)"
  sed -n 's/^METRIC \(v8js.gc.duration\) (Histogram, unit=\(.*\))$/deno: \1 in \2/p' \
    deno.out | head -n 1
  code=0
  text=$(timeout 60 node sdk.mjs) || code=$?
  echo "sdk: exit $code, $text"
} >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
