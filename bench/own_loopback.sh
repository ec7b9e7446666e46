#!/bin/sh
# Runs a command over a loopback of its own, whose sockets have the congestion
# control that is named, whatever the machine's is:
#
#   bench/own_loopback.sh cubic deno task ratios tcp/
#
# Where the machine's is BBR, large echoes need it: it paces what is sent by
# what it has measured, loopback included, and whether it does so changes from
# one pair of processes to the next (docs/decisions/0016). CUBIC, the default of
# Linux, does not. Needs root, util-linux and iproute2; changes nothing outside.
set -eu
if [ $# -lt 2 ]; then
  echo "usage: $0 CONGESTION_CONTROL COMMAND…" >&2
  exit 2
fi
exec unshare --net sh -euc '
  control=$1
  shift
  ip link set lo up
  for range in 127.0.0.0/8 127.0.0.1; do
    ip route replace local $range dev lo table local proto kernel \
      scope host src 127.0.0.1 congctl "$control"
  done
  exec "$@"
' sh "$@"
