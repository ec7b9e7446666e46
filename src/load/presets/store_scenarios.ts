/**
 * The presets that use a store.
 *
 * @module
 */
import { checkOptionNames, checkString } from "../../checks/internal.ts";
import { LoadTestError } from "../load_errors.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { compose } from "./compose.ts";
import {
  COMMON_NAMES,
  type PerformanceOptions,
} from "./performance_options.ts";
import type {
  FilesOptions,
  StorePresetOptions,
  SubscriptionsOptions,
} from "./preset_options.ts";
import {
  authPart,
  changesPart,
  computedPart,
  databasePart,
  functionsPart,
  storeFilesPart,
} from "./store_parts.ts";

const NAMES = { ...COMMON_NAMES, url: true, p95Ms: true } as const;

/** Checks of sessions, and logins. */
export function authScenario(
  options: StorePresetOptions & { readonly loginP95Ms?: number },
): Scenario {
  checkOptionNames("auth()", options, { ...NAMES, loginP95Ms: true });
  const { p95Ms = 10, loginP95Ms = 500 } = options;
  return compose(
    "auth",
    "A store: sessions are checked, and some log in",
    [authPart(urlOf(options), p95Ms, loginP95Ms)],
    options,
    // Each user has to log in before: they should be few.
    atRate(options, { arrivalsPerSecond: 505, users: 40 }),
  );
}

/** Reads and writes of records. */
export function databaseScenario(options: StorePresetOptions): Scenario {
  checkOptionNames("database()", options, NAMES);
  const { p95Ms = 5 } = options;
  return compose(
    "database",
    "A store: records are read and listed, and some created, changed, deleted",
    [databasePart(urlOf(options), p95Ms)],
    options,
    atRate(options, { arrivalsPerSecond: 550 }),
  );
}

/** Subscribers to changes. */
export function realtimeScenario(options: SubscriptionsOptions): Scenario {
  checkOptionNames("realtime()", options, {
    ...COMMON_NAMES,
    url: true,
    eventsPerSecond: true,
  });
  const { eventsPerSecond = 0.5 } = options;
  return compose(
    "realtime",
    "A store: subscribers receive changes of a record",
    [changesPart(urlOf(options), eventsPerSecond)],
    options,
    { users: 10_000, thinkTime: "none", rampUpMs: 30_000, p99Ms: 100 },
  );
}

/** Files, up and down. */
export function filesScenario(options: FilesOptions): Scenario {
  checkOptionNames("files()", options, {
    ...COMMON_NAMES,
    url: true,
    fileBytes: true,
    minMegabytesPerSecond: true,
  });
  const { fileBytes = 8_388_608, minMegabytesPerSecond = 100 } = options;
  return compose(
    "files",
    "A store: files are uploaded, downloaded whole and in part, and deleted",
    storeFilesPart(urlOf(options), fileBytes, minMegabytesPerSecond),
    options,
    { users: 1, thinkTime: "none", p99Ms: 2000 },
  );
}

/** Lists with and without computed attributes. */
export function computedScenario(options: StorePresetOptions): Scenario {
  checkOptionNames("computed()", options, NAMES);
  const { p95Ms = 50 } = options;
  return compose(
    "computed",
    "A store: lists of 100 records, without and with what SQLite and code make",
    [computedPart(urlOf(options), p95Ms)],
    options,
    atRate(options, { arrivalsPerSecond: 150 }),
  );
}

/** Changes, plainly and by stored functions. */
export function functionsScenario(options: StorePresetOptions): Scenario {
  checkOptionNames("functions()", options, NAMES);
  const { p95Ms = 50 } = options;
  return compose(
    "functions",
    "A store: records are changed plainly and by stored functions",
    [functionsPart(urlOf(options), p95Ms)],
    options,
    atRate(options, { arrivalsPerSecond: 60 }),
  );
}

/** The open load of a preset, unless users are asked for. */
function atRate(
  { users, thinkTime, arrivalsPerSecond }: PerformanceOptions,
  open: PerformanceOptions,
): PerformanceOptions {
  const isClosed = arrivalsPerSecond === undefined &&
    (users !== undefined || thinkTime !== undefined);
  return isClosed ? {} : open;
}

/** Returns the URL of the store, if there is one. */
function urlOf({ url }: { readonly url?: string }): string | undefined {
  if (url === undefined) return undefined;
  checkString("url", url);
  if (/^https?:\/\/.+\/$/.test(url) && URL.canParse(url)) return url;
  throw new LoadTestError(
    `Cannot use url: it is ${
      JSON.stringify(url)
    }, it must begin with http:// or https:// and end in /`,
  );
}
