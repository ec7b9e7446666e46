/**
 * The load report of the terminal server: a number of users type and think, each
 * in a session of their own. See {@linkcode HELP}.
 *
 * @module
 */

import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { reasonOf } from "../../src/checks/internal.ts";
import { quantile } from "../ratios/statistics.ts";
import { barePeer } from "../support/bare_terminal.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { type TerminalClient, typeAndThink } from "../support/terminals.ts";
import { troupePeer } from "../support/troupe_terminal.ts";

const HELP = `\
Opens terminal sessions on a server in another process, types a key in each,
waits for its echo, thinks, types the next one, and reports the times to the
echo.

  deno run -A bench/terminal/load.ts [--sessions N] [--seconds N]
      [--think-ms N] [--bare] [--help]

  --sessions N  sessions, each with a WebSocket and a program (100)
  --seconds N   duration of the typing (30)
  --think-ms N  mean time from an echo to the next key; each is random, from
                half to one and a half times the mean (100)
  --bare        measure a bare Deno WebSocket on a bare node-pty, not Troupe

Ctrl-C stops the typing, and the table shows the results so far.

Exit code: 0; 1 if a session was refused or failed; 2 for bad usage; 130 after
Ctrl-C.`;

interface Settings {
  readonly sessions: number;
  readonly seconds: number;
  readonly thinkMs: number;
  readonly bare: boolean;
}

function parse(args: string[]): Settings | undefined {
  const { values } = parseArgs({
    args,
    options: {
      sessions: { type: "string", default: "100" },
      seconds: { type: "string", default: "30" },
      "think-ms": { type: "string", default: "100" },
      bare: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const number = (name: "sessions" | "seconds" | "think-ms") => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 1) return value;
    throw new RangeError(
      `Cannot run: --${name} is "${
        values[name]
      }", it must be a whole number, at least 1`,
    );
  };
  return {
    sessions: number("sessions"),
    seconds: number("seconds"),
    thinkMs: number("think-ms"),
    bare: values.bare,
  };
}

/** Shows a line that the next one overwrites, if stderr is a terminal. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[2K${text}`));
}

/** Present and peak resident memory of a process, in MB of 1,000,000 bytes. */
function memoryOf(pid: number): { rss: string; peak: string } | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const megabytes = (name: string) => {
      const kibibytes = status.match(`${name}:\\s+(\\d+) kB`)?.[1];
      return (Number(kibibytes) * 1024 / 1e6).toFixed(1);
    };
    return { rss: megabytes("VmRSS"), peak: megabytes("VmHWM") };
  } catch (error) {
    // Only Linux has this file.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(settings: Settings): Promise<number> {
  const { sessions, seconds, thinkMs, bare } = settings;
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  const { signal } = interrupted;

  await using stack = new AsyncDisposableStack();
  const script = bare ? "bare_terminal.ts" : "troupe_terminal.ts";
  const server = stack.use(
    await PeerProcess.start(
      new URL(`../support/${script}`, import.meta.url),
      ["echo"],
      "any core",
    ),
  );
  const peer = await (bare ? barePeer : troupePeer)(server.port);
  const idle = memoryOf(server.pid);

  const clients: TerminalClient[] = [];
  const failures: unknown[] = [];
  while (clients.length + failures.length < sessions && !signal.aborted) {
    progress(`load: ${clients.length} of ${sessions} sessions`);
    try {
      clients.push(stack.use(await peer.open()));
    } catch (error) {
      failures.push(error);
    }
  }
  const refused = failures.length;

  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const continues = () => performance.now() < end && !signal.aborted;
  const typing = Promise.all(
    clients.map((client) =>
      typeAndThink(client, thinkMs, continues, (ms) => times.push(ms))
        .catch((error) => failures.push(error))
    ),
  );
  while (continues()) {
    const left = Math.ceil((end - performance.now()) / 1000);
    progress(`load: ${times.length} keys, ${left} s left`);
    await setTimeout(500, undefined, { signal })
      .catch(() => {});
  }
  await typing;
  const elapsed = ((performance.now() - start) / 1000).toFixed(1);
  progress("");
  Deno.removeSignalListener("SIGINT", onInterrupt);

  const loaded = memoryOf(server.pid);
  const ms = (value: number) => times.length === 0 ? "-" : value.toFixed(2);
  const total = times.reduce((sum, time) => sum + time, 0);
  const at = (q: number) => times.length === 0 ? "-" : ms(quantile(times, q));
  const rows: [string, string | number][] = [
    ["server", bare ? "bare" : "troupe"],
    ["sessions", clients.length],
    ["connections refused", refused],
    ["sessions failed", failures.length - refused],
    ["seconds", elapsed],
    ["keys", times.length],
    ["ms to the echo, average", ms(total / times.length)],
    ["ms to the echo, p50", at(0.5)],
    ["ms to the echo, p95", at(0.95)],
    ["ms to the echo, p99", at(0.99)],
    ["ms to the echo, max", at(1)],
    ["MB of the server, idle", idle?.rss ?? "-"],
    ["MB of the server, loaded", loaded?.rss ?? "-"],
    ["MB of the server, at most", loaded?.peak ?? "-"],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(28)} ${value}`);
  if (failures.length > 0) console.error("The first failure:", failures[0]);
  if (failures.length > 0) return 1;
  return signal.aborted ? 130 : 0;
}

if (import.meta.main) {
  let settings: Settings | undefined;
  try {
    settings = parse(Deno.args);
  } catch (error) {
    console.error(reasonOf(error));
    console.error("See deno run -A bench/terminal/load.ts --help");
    Deno.exit(2);
  }
  if (settings === undefined) console.log(HELP);
  else Deno.exit(await run(settings));
}
