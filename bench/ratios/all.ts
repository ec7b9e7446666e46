/**
 * Every comparison that `deno task ratios` knows, in the order in which they
 * run. The list is static and each module is imported only when its turn comes,
 * so a prefix loads only the peers that it needs.
 *
 * @module
 */

import { hasErlang } from "../support/erlang_peer.ts";
import { hasNats, hasNode, hasTtyd, hasWrk } from "../support/programs.ts";
import type { Entry } from "./harness.ts";

/** Actor runtimes that the actor comparisons run beside. */
const ACTOR_PEERS = ["nact", "xstate", ...(hasErlang() ? ["erlang"] : [])];

/** What the TCP layer runs beside, apart from raw sockets. */
const TCP_PEERS = ["websocket", "grpc", ...(hasNats() ? ["nats"] : [])];

/** What remote actors run beside. */
const REMOTE_PEERS = ["grpc", ...(hasErlang() ? ["erlang"] : [])];

/** Beside ttyd, where it is on the PATH. */
const BESIDE_TTYD: readonly Entry[] = [
  {
    name: "terminal/echo-ttyd",
    load: async () => (await import("./terminal/terminals.ts")).echoTtyd,
  },
  {
    name: "terminal/echo-100-ttyd",
    load: async () => (await import("./terminal/terminals.ts")).echo100Ttyd,
  },
  {
    name: "terminal/bulk-ttyd",
    load: async () => (await import("./terminal/terminals.ts")).bulkTtyd,
  },
];

/** Beside NATS, where it is on the PATH. */
const BUS_BESIDE_NATS: readonly Entry[] = [
  {
    name: "bus/publish-128B",
    load: async () => (await import("./bus/beside.ts")).publish128B,
  },
  {
    name: "bus/fanout-1000",
    load: async () => (await import("./bus/beside.ts")).fanout1000,
  },
  {
    name: "bus/fanout-1000-p99",
    load: async () => (await import("./bus/beside.ts")).fanout1000P99,
  },
  {
    name: "bus/request",
    load: async () => (await import("./bus/beside.ts")).request,
  },
  {
    name: "bus/stream-publish-synced",
    load: async () => (await import("./bus/beside.ts")).streamPublishSynced,
  },
  {
    name: "bus/stream-publish-written",
    load: async () => (await import("./bus/beside.ts")).streamPublishWritten,
  },
  {
    name: "bus/stream-replay",
    load: async () => (await import("./bus/beside.ts")).streamReplay,
  },
  {
    name: "bus/stream-consume",
    load: async () => (await import("./bus/beside.ts")).streamConsume,
  },
];

/** Beside `wrk`, where it is on the PATH. */
const LOAD_BESIDE_WRK: readonly Entry[] = [
  {
    name: "load/p50-wrk-5ms",
    load: async () => (await import("./load/tools.ts")).p50,
  },
  {
    name: "load/p90-wrk-5ms",
    load: async () => (await import("./load/tools.ts")).p90,
  },
  {
    name: "load/p99-wrk-5ms",
    load: async () => (await import("./load/tools.ts")).p99,
  },
  {
    name: "load/http-wrk-per-core",
    load: async () => (await import("./load/tools.ts")).perCore,
  },
];

/** Beside artillery, where there is Node to run it. */
const LOAD_BESIDE_ARTILLERY: readonly Entry[] = [
  {
    name: "load/http-artillery",
    load: async () => (await import("./load/tools.ts")).saturated,
  },
  {
    name: "load/memory-1000-artillery",
    load: async () => (await import("./load/tools.ts")).memory,
  },
];

/** The comparisons. */
export const all: readonly Entry[] = [
  {
    name: "actor/tell",
    peers: ACTOR_PEERS,
    load: async () => (await import("./actor/actors.ts")).tell,
  },
  {
    name: "actor/ask",
    peers: ACTOR_PEERS,
    load: async () => (await import("./actor/actors.ts")).ask,
  },
  {
    name: "actor/spawn-stop",
    peers: ACTOR_PEERS,
    load: async () => (await import("./actor/actors.ts")).spawnStop,
  },
  {
    name: "actor/bytes-idle",
    peers: ACTOR_PEERS,
    load: async () => (await import("./actor/actors.ts")).bytesIdle,
  },
  {
    name: "actor/io-beside-spin",
    load: async () => (await import("./actor/io_beside_spin.ts")).ioBesideSpin,
  },
  {
    name: "tcp/rtt-100B",
    load: async () => (await import("./tcp/echo.ts")).rtt100B,
  },
  {
    name: "tcp/rtt-100B-two-cores",
    load: async () => (await import("./tcp/echo.ts")).rtt100BTwoCores,
  },
  {
    name: "tcp/echo-200KB",
    load: async () => (await import("./tcp/echo.ts")).echo200KB,
  },
  {
    name: "tcp/echo-1MB",
    load: async () => (await import("./tcp/echo.ts")).echo1MB,
  },
  {
    name: "tcp/echo-1MB-transfer",
    load: async () => (await import("./tcp/echo.ts")).echo1MBTransfer,
  },
  {
    name: "tcp/stream-1GB",
    load: async () => (await import("./tcp/sink.ts")).stream1GB,
  },
  {
    name: "tcp/stream-1GB-transfer",
    load: async () => (await import("./tcp/sink.ts")).stream1GBTransfer,
  },
  {
    name: "tcp/send-1KB",
    load: async () => (await import("./tcp/sink.ts")).send1KB,
  },
  {
    name: "tcp/send-1KB-batches",
    load: async () => (await import("./tcp/sink.ts")).send1KBBatches,
  },
  {
    name: "tcp/send-1KB-given-back",
    load: async () => (await import("./tcp/sink.ts")).send1KBGivenBack,
  },
  {
    name: "tcp/pool-overhead",
    load: async () => (await import("./tcp/pool_overhead.ts")).poolOverhead,
  },
  {
    name: "tcp/unread-beside-lively",
    load: async () => (await import("./tcp/unread.ts")).unreadBesideLively,
  },
  {
    name: "tcp/heap-bytes-per-op",
    load: async () => (await import("./tcp/echo.ts")).heapBytesPerOp,
  },
  {
    name: "tcp/rtt-100B-beside",
    peers: TCP_PEERS,
    load: async () => (await import("./tcp/beside.ts")).rtt100BBeside,
  },
  {
    name: "tcp/send-1KB-beside",
    peers: TCP_PEERS,
    load: async () => (await import("./tcp/beside.ts")).send1KBBeside,
  },
  {
    name: "remote/tell",
    peers: REMOTE_PEERS,
    load: async () => (await import("./remote/counters.ts")).tell,
  },
  {
    name: "remote/ask",
    peers: REMOTE_PEERS,
    load: async () => (await import("./remote/counters.ts")).ask,
  },
  {
    name: "cores/echo",
    load: async () => (await import("./cores/workers.ts")).echo,
  },
  ...(hasWrk()
    ? [{
      name: "cores/http",
      load: async () => (await import("./cores/workers.ts")).http,
    }]
    : []),
  {
    name: "cores/accept",
    load: async () => (await import("./cores/workers.ts")).accept,
  },
  {
    name: "cores/terminal-100",
    load: async () => (await import("./terminal/terminals.ts")).echo100Workers,
  },
  {
    name: "cores/overhead",
    load: async () => (await import("./cores/workers.ts")).overhead,
  },
  {
    name: "bus/local",
    load: async () => (await import("./bus/local.ts")).local,
  },
  {
    name: "bus/local-1",
    load: async () => (await import("./bus/local.ts")).local1,
  },
  {
    name: "bus/local-1000",
    load: async () => (await import("./bus/local.ts")).local1000,
  },
  {
    name: "store/create",
    load: async () => (await import("./store/records.ts")).create,
  },
  {
    name: "store/get",
    load: async () => (await import("./store/records.ts")).get,
  },
  {
    name: "store/get-serial",
    load: async () => (await import("./store/records.ts")).getSerial,
  },
  {
    name: "store/list-20",
    load: async () => (await import("./store/records.ts")).list20,
  },
  {
    name: "store/query-indexed",
    load: async () => (await import("./store/records.ts")).queryIndexed,
  },
  {
    name: "store/notify",
    load: async () => (await import("./store/notify.ts")).notify,
  },
  {
    name: "codec/encode",
    load: async () => (await import("./codec/messages.ts")).encode,
  },
  {
    name: "codec/decode",
    load: async () => (await import("./codec/messages.ts")).decode,
  },
  {
    name: "terminal/echo",
    load: async () => (await import("./terminal/terminals.ts")).echo,
  },
  {
    name: "terminal/echo-100",
    load: async () => (await import("./terminal/terminals.ts")).echo100,
  },
  {
    name: "terminal/bulk",
    load: async () => (await import("./terminal/terminals.ts")).bulk,
  },
  ...(hasTtyd() ? BESIDE_TTYD : []),
  ...(hasNats() ? BUS_BESIDE_NATS : []),
  {
    name: "metrics/overhead",
    load: async () => (await import("./metrics/overhead.ts")).overhead,
  },
  {
    name: "metrics/page",
    load: async () => (await import("./metrics/overhead.ts")).page,
  },
  {
    name: "load/overhead",
    load: async () => (await import("./load/overhead.ts")).overhead,
  },
  {
    name: "load/http-autocannon",
    load: async () => (await import("./load/http.ts")).oneWorker,
  },
  {
    name: "load/http-two-workers",
    load: async () => (await import("./load/http.ts")).twoWorkers,
  },
  ...(hasWrk()
    ? [{
      name: "store/auth-check",
      load: async () => (await import("./store/auth_check.ts")).authCheck,
    }, {
      name: "store/http-get",
      load: async () => (await import("./store/http_get.ts")).httpGet,
    }]
    : []),
  ...(hasWrk() ? LOAD_BESIDE_WRK : []),
  ...(hasNode() ? LOAD_BESIDE_ARTILLERY : []),
];
