/**
 * Units of instruments, and the base units in which Prometheus wants them.
 *
 * @module
 */

/** A unit as Prometheus has it. */
export interface BaseUnit {
  /** The word at the end of names, such as `seconds`; empty for a count. */
  readonly word: string;
  /** The names that the unit has elsewhere, such as `ms` and `milliseconds`. */
  readonly aliases: readonly string[];
  /** Returns a value of the original unit in the base unit. */
  convert(value: number): number;
}

const same = (value: number): number => value;
/** A division, so that 2.5 ms become 0.0025 s and not 0.0025000000000000001. */
const per = (divisor: number) => (value: number): number => value / divisor;
const times = (factor: number) => (value: number): number => value * factor;

const TABLE: readonly BaseUnit[] = [
  { word: "", aliases: ["1"], convert: same },
  { word: "seconds", aliases: ["s", "second", "seconds"], convert: same },
  {
    word: "seconds",
    aliases: ["ms", "millisecond", "milliseconds"],
    convert: per(1e3),
  },
  {
    word: "seconds",
    aliases: ["us", "microsecond", "microseconds"],
    convert: per(1e6),
  },
  {
    word: "seconds",
    aliases: ["ns", "nanosecond", "nanoseconds"],
    convert: per(1e9),
  },
  {
    word: "seconds",
    aliases: ["min", "minute", "minutes"],
    convert: times(60),
  },
  { word: "seconds", aliases: ["h", "hour", "hours"], convert: times(3600) },
  { word: "seconds", aliases: ["d", "day", "days"], convert: times(86_400) },
  { word: "bytes", aliases: ["By", "byte", "bytes"], convert: same },
  { word: "bytes", aliases: ["bit", "bits"], convert: per(8) },
  { word: "bytes", aliases: ["kBy", "kilobytes"], convert: times(1e3) },
  { word: "bytes", aliases: ["MBy", "megabytes"], convert: times(1e6) },
  { word: "bytes", aliases: ["GBy", "gigabytes"], convert: times(1e9) },
  { word: "bytes", aliases: ["KiBy", "kibibytes"], convert: times(2 ** 10) },
  { word: "bytes", aliases: ["MiBy", "mebibytes"], convert: times(2 ** 20) },
  { word: "bytes", aliases: ["GiBy", "gibibytes"], convert: times(2 ** 30) },
  { word: "ratio", aliases: ["%", "percent"], convert: per(100) },
];

const BY_ALIAS: ReadonlyMap<string, BaseUnit> = new Map(
  TABLE.flatMap((unit) => unit.aliases.map((alias) => [alias, unit])),
);

/**
 * Returns the base unit of a unit, which may be one of UCUM such as `ms` and
 * `By`, or a word; what is in braces is not a unit. A unit that is not known
 * stays as it is.
 */
export function baseUnitOf(unit: string): BaseUnit {
  const bare = unit.replace(/\{[^}]*\}/g, "");
  const known = BY_ALIAS.get(bare);
  if (known !== undefined) return known;
  const word = bare.replace(/\W+/g, "_").replace(/^_+|_+$/g, "");
  return { word, aliases: [], convert: same };
}
