#!/bin/sh
# parse-prometheus-text-format 1.1.1, on Node.
#
# A histogram or summary with labels of its own becomes one without any: the
# buckets are those of the label set that came last, those of the others are
# gone, and so are all counts and sums. No error says so. Counters and gauges
# keep their labels, and a histogram without labels is whole, so what a test
# with one unlabelled histogram shows does not hold in production.
#
# Seen:
#   gauge: route=/a 1, route=/b 2
#   histogram without labels: buckets 1 2, count 2, sum 3
#   histogram with labels: 1 of 2 label sets, labels none, buckets 5 7, count none, sum none
#   summary with labels: 1 of 2 label sets, labels none, quantiles 4, count none, sum none
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  parse-prometheus-text-format@1.1.1
cat >seen.mjs <<'JS'
import parse from "parse-prometheus-text-format";

const one = (text) => parse(text)[0].metrics;
const none = (value) => value ?? "none";
const list = (values) => Object.values(values).join(" ");

const gauges = one(`# TYPE g gauge
g{route="/a"} 1
g{route="/b"} 2
`);
const shown = gauges.map(({ labels, value }) => `route=${labels.route} ${value}`);
console.log(`gauge: ${shown.join(", ")}`);

const [plain] = one(`# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="+Inf"} 2
h_sum 3
h_count 2
`);
console.log(
  `histogram without labels: buckets ${list(plain.buckets)}, count ${plain.count}, sum ${plain.sum}`,
);

const histograms = one(`# TYPE h histogram
h_bucket{route="/a",le="1"} 1
h_bucket{route="/a",le="+Inf"} 2
h_sum{route="/a"} 3
h_count{route="/a"} 2
h_bucket{route="/b",le="1"} 5
h_bucket{route="/b",le="+Inf"} 7
h_sum{route="/b"} 9
h_count{route="/b"} 7
`);
const summaries = one(`# TYPE s summary
s{route="/a",quantile="0.5"} 1
s_sum{route="/a"} 2
s_count{route="/a"} 2
s{route="/b",quantile="0.5"} 4
s_sum{route="/b"} 8
s_count{route="/b"} 2
`);
for (
  const [type, field, metrics] of [
    ["histogram", "buckets", histograms],
    ["summary", "quantiles", summaries],
  ]
) {
  const [first] = metrics;
  console.log(
    `${type} with labels: ${metrics.length} of 2 label sets, labels ${none(first.labels)}, ` +
      `${field} ${list(first[field])}, count ${none(first.count)}, sum ${none(first.sum)}`,
  );
}
JS
timeout 60 node seen.mjs >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
