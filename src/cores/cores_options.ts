/**
 * The options of workers, checked before the first is started.
 *
 * @module
 */
import type { BackoffOptions } from "../actor/mod.ts";
import { resolveBackoff } from "../actor/internal.ts";
import {
  checkArray,
  checkDuration,
  checkFunction,
  checkInteger,
  checkMethods,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import type { ListenOptions } from "../tcp/mod.ts";
import type { CoreSpread } from "./core_calls.ts";
import type { CoreState } from "./core_seat.ts";
import type { HandledTopic } from "./core_topic.ts";
import { CoreStartError } from "./errors.ts";

/** Options of {@linkcode cores}. */
export interface CoresOptions<Data = unknown> {
  /**
   * Number of workers, 1 to 1024.
   * @default {navigator.hardwareConcurrency}
   */
  readonly count?: number;
  /** What each worker gets as its `data`, copied by the structured clone. */
  readonly data?: Data;
  /**
   * Who takes new connections of a port that workers share: all of them, as the
   * kernel spreads them (Linux; needs `--unstable-net`), or the first worker.
   * @default {"kernel" on Linux, "first_worker" elsewhere}
   */
  readonly spread?: CoreSpread;
  /**
   * Milliseconds that the start of a worker may take, until its module has
   * been called and what that returned has resolved.
   * @default {60000}
   */
  readonly startMs?: number;
  /**
   * Milliseconds that a worker has to shut down in order, 0 or more; then it is
   * ended.
   * @default {5000}
   */
  readonly shutdownMs?: number;
  /**
   * Milliseconds without a sign of life after which a worker counts as lost and
   * is ended, above 0; `Infinity` for never.
   * @default {30000}
   */
  readonly unresponsiveMs?: number;
  /** The delays before a worker that was lost is started again. */
  readonly backoff?: BackoffOptions;
  /**
   * What serves the logical connections that workers open to the main thread by
   * `core.connector()`, such as `serveBus(bus).options`.
   * @default {they are refused}
   */
  readonly sessions?: Pick<ListenOptions, "serve" | "accept">;
  /** What the main thread handles, from the first start of a worker on. */
  readonly handlers?: readonly HandledTopic[];
  /** Called at each change of a worker. */
  readonly onState?: (state: CoreState) => void;
}

/** {@linkcode CoresOptions} with defaults filled in. */
export type CoresSettings =
  & Required<Omit<CoresOptions, "data" | "sessions">>
  & { readonly sessions: CoresOptions["sessions"] | undefined };

const NAMES: OptionNames<CoresOptions> = {
  count: true,
  data: true,
  spread: true,
  startMs: true,
  shutdownMs: true,
  unresponsiveMs: true,
  backoff: true,
  sessions: true,
  handlers: true,
  onState: true,
};

const SPREADS: readonly CoreSpread[] = ["kernel", "first_worker"];
const MAX_COUNT = 1024;

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 * @throws {CoreStartError} when the kernel should spread and a flag is missing.
 */
export function resolveCoresOptions(options: CoresOptions): CoresSettings {
  checkOptionNames("cores()", options, NAMES);
  const {
    count = navigator.hardwareConcurrency,
    spread = Deno.build.os === "linux" ? "kernel" : "first_worker",
    startMs = 60_000,
    shutdownMs = 5000,
    unresponsiveMs = 30_000,
    backoff = {},
    handlers = [],
    onState = () => {},
    sessions,
  } = options;
  checkInteger("count", count, { min: 1, max: MAX_COUNT });
  checkOneOf("spread", spread, SPREADS);
  checkDuration("startMs", startMs);
  checkDuration("shutdownMs", shutdownMs);
  checkNumber("unresponsiveMs", unresponsiveMs, { above: 0 });
  resolveBackoff(backoff);
  checkArray(
    "handlers",
    handlers,
    "an array of what topic.handledBy() returns",
  );
  checkFunction("onState", onState);
  if (sessions !== undefined) {
    checkMethods("sessions", sessions, ["serve"], "what serves connections");
  }
  if (spread === "kernel" && count > 1) checkReusePort();
  return {
    count,
    spread,
    startMs,
    shutdownMs,
    unresponsiveMs,
    backoff,
    sessions,
    handlers,
    onState,
  };
}

/**
 * Checks that ports can be shared. Deno ends the process, past any `catch`,
 * when a port is shared without the flag; `Deno.listenDatagram` exists with it
 * only.
 */
function checkReusePort(): void {
  if ("listenDatagram" in Deno) return;
  throw new CoreStartError(
    'Cannot share ports between workers: the flag is missing, run with --unstable-net, put "unstable": ["net"] into deno.json, or give spread: "first_worker"',
  );
}

/**
 * Returns the address of a module for workers.
 *
 * @throws {TypeError} if it is not an absolute URL.
 */
export function checkModule(module: unknown): string {
  if (module instanceof URL) return module.href;
  if (typeof module === "string" && URL.canParse(module)) return module;
  throw new TypeError(
    `Cannot use module: it is ${
      shown(module)
    }, it must be a URL, such as new URL("./service.ts", import.meta.url)`,
  );
}

/** Returns the name of the file of a module, for the names of actors. */
export function fileOf(href: string): string {
  const { protocol, pathname } = new URL(href);
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return protocol === "data:" || name === "" ? "module" : name;
}
