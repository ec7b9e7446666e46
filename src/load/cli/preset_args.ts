/**
 * The arguments that are options of a preset.
 *
 * @module
 */
import type { PerformanceOptions } from "../presets/performance_options.ts";
import { number, time } from "./argument_values.ts";
import { LoadUsageError } from "./usage_error.ts";

/** The flags of presets, each with a value. */
export const PRESET_FLAGS = [
  "target",
  "users",
  "think-time",
  "rate",
  "duration",
  "of",
] as const;

/** Options of a preset, of which a preset may not have all. */
export interface PresetSettings extends PerformanceOptions {
  /** The URL of the service. */
  readonly url?: string;
  /** The preset whose operations are performed. */
  readonly of?: string;
}

/**
 * Returns the options of a preset.
 *
 * @throws {LoadUsageError} if a value is none, or the scenario is a file.
 */
export function presetSettings(
  flags: { readonly [name in (typeof PRESET_FLAGS)[number]]?: string },
  source: "file" | "preset",
): PresetSettings {
  const given = PRESET_FLAGS.find((name) => flags[name] !== undefined);
  if (source === "file" && given !== undefined) {
    throw new LoadUsageError(
      `Cannot run a load test: --${given} is for presets, change a file by --set`,
    );
  }
  const { target, users, rate, duration, of } = flags;
  const { "think-time": thinkTime } = flags;
  const meanMs = thinkTime === undefined
    ? 0
    : atLeast1("think-time", time, thinkTime);
  return {
    ...target === undefined
      ? {}
      : { url: target.endsWith("/") ? target : `${target}/` },
    ...users === undefined ? {} : { users: atLeast1("users", number, users) },
    ...thinkTime === undefined
      ? {}
      : { thinkTime: { distribution: "exponential", meanMs } },
    ...rate === undefined
      ? {}
      : { arrivalsPerSecond: atLeast1("rate", number, rate) },
    ...duration === undefined
      ? {}
      : { steadyMs: atLeast1("duration", time, duration) },
    ...of === undefined ? {} : { of },
  };
}

function atLeast1(
  name: string,
  read: (name: string, text: string) => number,
  text: string,
): number {
  const value = read(name, text);
  if (value >= 1) return value;
  throw new LoadUsageError(
    `Cannot run a load test: --${name} is ${value}, it must be at least 1`,
  );
}
