/**
 * The options of each preset.
 *
 * @module
 */
import type { PerformanceOptions } from "./performance_options.ts";

/** Options of the method `chat` of `PerformanceScenarios`. */
export interface ChatOptions extends PerformanceOptions {
  /** The address of your own service; without it, one is started. */
  readonly address?: {
    /**
     * The host name or IP address of the service.
     * @default {"127.0.0.1"}
     */
    readonly hostname?: string;
    /** The TCP port of the service, from 1 to 65535. */
    readonly port: number;
  };
  /**
   * Members of a room, 1 or more; only for the service that is started.
   * @default {10}
   */
  readonly roomSize?: number;
}

/** Options of the method `fileStreaming` of `PerformanceScenarios`. */
export interface FileStreamingOptions extends PerformanceOptions {
  /** The address of your own service; without it, one is started. */
  readonly address?: {
    /**
     * The host name or IP address of the service.
     * @default {"127.0.0.1"}
     */
    readonly hostname?: string;
    /** The TCP port of the service, from 1 to 65535. */
    readonly port: number;
  };
  /**
   * The size of a file in bytes, rounded to whole chunks; at most 16 MiB.
   * @default {1048576}
   */
  readonly fileBytes?: number;
  /**
   * The size of each message of an upload, in bytes.
   * @default {65536}
   */
  readonly chunkBytes?: number;
}

/** Options of the method `terminalSessions` of `PerformanceScenarios`. */
export interface TerminalSessionsOptions extends PerformanceOptions {
  /**
   * The address of your own web terminals, whose shell must echo; without it,
   * some are started. `local` runs shells on this host without a server, and
   * needs the driver `terminal`.
   */
  readonly address?: {
    /** The URL of the page, such as `http://127.0.0.1:8000/`. */
    readonly url: string;
    /** A ticket that permits controlling all sessions. */
    readonly ticket: string;
  } | "local";
}

/** Options of the method `httpApi` of `PerformanceScenarios`. */
export interface HttpApiOptions extends PerformanceOptions {
  /** The URL of your own API, which ends in `/` and has `items` below it. */
  readonly url?: string;
}

/** Options of `subscriptions` and `realtime` of `PerformanceScenarios`. */
export interface SubscriptionsOptions extends PerformanceOptions {
  /**
   * The URL of your own service on this host, which ends in `/`: it has `events`
   * and `socket` below it; for `realtime` it is a store that has what
   * `@troupe/troupe/load/store` exports. Without it, one is started.
   */
  readonly url?: string;
  /**
   * Events that are published per second, above 0; for `subscriptions` only by
   * the service that is started.
   * @default {20; 0.5 for realtime}
   */
  readonly eventsPerSecond?: number;
}

/**
 * Options of the presets that use a store. Without `users` and `thinkTime` the
 * model is open, but for `realtime` and `files`.
 */
export interface StorePresetOptions extends PerformanceOptions {
  /**
   * The URL of your own store, which ends in `/`; without it, one is started. It
   * has what `@troupe/troupe/load/store` exports.
   */
  readonly url?: string;
  /**
   * The limit of the 95th percentile of the latency of what the preset is
   * about, in milliseconds. Each preset has its own default.
   */
  readonly p95Ms?: number;
}

/** Options of the method `files` of `PerformanceScenarios`. */
export interface FilesOptions extends PerformanceOptions {
  /**
   * The URL of your own store, which ends in `/`; without it, one is started. It
   * has what `@troupe/troupe/load/store` exports.
   */
  readonly url?: string;
  /**
   * The size of a file in bytes, from 1 to 64 MiB.
   * @default {8388608}
   */
  readonly fileBytes?: number;
  /**
   * The least speed of an upload and of a download, on average, in megabytes per
   * second.
   * @default {100}
   */
  readonly minMegabytesPerSecond?: number;
}

/** Options of the method `mixed` of `PerformanceScenarios`. */
export interface MixedOptions extends PerformanceOptions {
  /**
   * The services that are used.
   * @default {all of them}
   */
  readonly services?: readonly (
    | "chat"
    | "files"
    | "terminals"
    | "api"
    | "realtime"
    | "store"
  )[];
}

/** Options of the methods `stress` and `endurance` of `PerformanceScenarios`. */
export interface LongOptions extends PerformanceOptions {
  /**
   * The name of the preset whose operations are performed.
   * @default {"mixed"}
   */
  readonly of?: string;
  /**
   * The URL of your own service, for presets that have one.
   * @default {none: one is started}
   */
  readonly url?: string;
}
