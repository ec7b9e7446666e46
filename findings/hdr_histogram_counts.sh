#!/bin/sh
# hdr-histogram-js 3.0.1, on Node.
#
# A histogram with 16-bit buckets counts modulo 65,536, without an error: after
# 65,536 records of one value its total is right, its median is 0, and `mean`
# throws. And `maxValue`, exact while a histogram is filled, becomes the end of
# its bucket once it was encoded and decoded, so a report that is written from a
# stored histogram differs from the one that was printed.
#
# Seen:
#   16 bits: 65546 values, p50 0, mean Index Out Of Bounds Exception
#   32 bits: 65546 values, p50 10, mean 10.15
#   max: 1234567, decoded 1234943
set -eu
command -v npm >/dev/null || { echo "npm is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts \
  hdr-histogram-js@3.0.1
cat >seen.cjs <<'JS'
const hdr = require("hdr-histogram-js");
for (const bitBucketSize of [16, 32]) {
  const histogram = hdr.build({ bitBucketSize, numberOfSignificantValueDigits: 3 });
  for (let i = 0; i < 65_536; i++) histogram.recordValue(10);
  for (let i = 0; i < 10; i++) histogram.recordValue(1000);
  let mean;
  try {
    mean = histogram.mean.toFixed(2);
  } catch (error) {
    mean = error.message;
  }
  const { totalCount } = histogram;
  const p50 = histogram.getValueAtPercentile(50);
  console.log(`${bitBucketSize} bits: ${totalCount} values, p50 ${p50}, mean ${mean}`);
}
const histogram = hdr.build({ numberOfSignificantValueDigits: 3 });
histogram.recordValue(1_234_567);
const encoded = hdr.encodeIntoCompressedBase64(histogram);
const decoded = hdr.decodeFromCompressedBase64(encoded);
console.log(`max: ${histogram.maxValue}, decoded ${decoded.maxValue}`);
JS
timeout 60 node seen.cjs >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
