/**
 * The program that presets start: real services of this package, on free ports
 * of loopback.
 *
 * ```
 * deno run -A main.ts [--room-size N] [--events-per-second N]
 *   [--ticks-per-second N] [--ticks-to URL]
 *   [--content-bytes N] SERVICE…
 * ```
 *
 * The services are `chat`, `files`, `terminals`, `api`, `realtime` and `store`.
 * `ticks` is none: it changes a record of the store at `--ticks-to`; nor is
 * `content`, a file. When all are ready, the program prints their outputs in one line, such as `ready
 * chat=4000 api=4001`; `terminals` also has a `ticket`. SIGTERM ends the
 * program, and so does Ctrl-C on a terminal.
 *
 * Permissions: `--allow-net=127.0.0.1`; for `files` also to write to the
 * directory of temporary files and to read it; for `terminals` all that
 * `@troupe/troupe/pty` needs, for `store` what a store with accounts does; for
 * `ticks` the net of that store.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ActorSystem } from "../../../actor/mod.ts";
import { serveApi } from "./api.ts";
import { serveChat } from "./chat.ts";
import { makeContent } from "./content.ts";
import { serveFiles } from "./files.ts";
import { serveRealtime } from "./realtime.ts";
import type { TargetService } from "./target_service.ts";
import { sendTicks } from "./ticks.ts";

interface Settings {
  readonly roomSize: number;
  readonly eventsPerSecond: number;
  readonly ticksPerSecond: number;
  readonly ticksTo: string;
  readonly contentBytes: number;
}

type Start = (
  system: ActorSystem,
  settings: Settings,
) => TargetService | Promise<TargetService>;

const SERVICES: { readonly [name: string]: Start } = {
  chat: (system, { roomSize }) => serveChat(system, roomSize),
  files: (system) => serveFiles(system),
  // Only this service loads the native add-on.
  terminals: async (system) =>
    (await import("./terminals.ts")).serveTerminals(system),
  api: (system) => serveApi(system),
  realtime: (_system, { eventsPerSecond }) => serveRealtime(eventsPerSecond),
  // Only this service loads the store.
  store: async (system, { ticksPerSecond }) =>
    (await import("./store.ts")).serveStore(system, ticksPerSecond),
  ticks: (_system, { ticksTo, ticksPerSecond }) =>
    sendTicks(ticksTo, ticksPerSecond),
  content: (_system, { contentBytes }) => makeContent(contentBytes),
};

async function main(): Promise<number> {
  const args = parseArgs(Deno.args, {
    string: [
      "room-size",
      "events-per-second",
      "ticks-per-second",
      "ticks-to",
      "content-bytes",
      "_",
    ],
    default: {
      "room-size": "10",
      "events-per-second": "20",
      "ticks-per-second": "0",
      "ticks-to": "",
      "content-bytes": "0",
    },
  });
  const settings = {
    roomSize: Number(args["room-size"]),
    eventsPerSecond: Number(args["events-per-second"]),
    ticksPerSecond: Number(args["ticks-per-second"]),
    ticksTo: args["ticks-to"],
    contentBytes: Number(args["content-bytes"]),
  };
  const starts = args._.map((name) =>
    Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined
  );
  if (
    starts.length === 0 || starts.includes(undefined) ||
    !(settings.roomSize >= 1) || !(settings.eventsPerSecond > 0) ||
    !(settings.ticksPerSecond >= 0) || !(settings.contentBytes >= 0)
  ) {
    console.error(
      `Cannot start: name some of ${Object.keys(SERVICES).join(", ")}; ` +
        "--room-size must be at least 1, --events-per-second above 0, and " +
        "--ticks-per-second and --content-bytes 0 or more",
    );
    return 2;
  }
  const ended = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", () => ended.resolve());
  // Ctrl-C of a load test reaches its target too, which must end after it.
  const isAlone = Deno.stdin.isTerminal();
  Deno.addSignalListener("SIGINT", () => isAlone && ended.resolve());
  await using system = new ActorSystem();
  await using services = new AsyncDisposableStack();
  const outputs: string[] = [];
  for (const start of starts) {
    const service = await start?.(system, settings);
    if (service === undefined) continue;
    services.use(service);
    for (const [name, value] of Object.entries(service.outputs)) {
      outputs.push(`${name}=${value}`);
    }
  }
  console.log(`ready ${outputs.join(" ")}`);
  await ended.promise;
  return 0;
}

if (import.meta.main) Deno.exit(await main());
