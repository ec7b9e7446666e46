/**
 * Names of options: a misspelt one is refused, not ignored.
 *
 * @module
 */
import { closestName } from "./closest_name.ts";
import { checkObject } from "./kinds.ts";

/**
 * A table of all options of a type. The compiler refuses one that lacks an
 * option, or has one too many, so it follows the type.
 */
export type OptionNames<Options> = Readonly<Record<NamesOf<Options>, true>>;

/** The properties of every member of a union. */
type NamesOf<Options> = Options extends unknown ? keyof Options & string
  : never;

/**
 * Checks that options are an object, and that it has no others than those of a
 * table. The values are checked elsewhere.
 *
 * @param of What takes the options, such as `"listen()"`.
 * @throws {TypeError} if the options are not an object, or one is not known; it
 * names the one that was probably meant
 *
 * @example
 * ```ts ignore
 * const NAMES: OptionNames<PoolOptions> = { lingerMs: true, maxSockets: true };
 *
 * checkOptionNames("ConnectionPool", options, NAMES);
 * // TypeError: Cannot use option "lingerMS" of ConnectionPool: it is not known, did you mean "lingerMs"?
 * ```
 */
export function checkOptionNames<Options extends object>(
  of: string,
  options: Options,
  names: OptionNames<Options>,
): void {
  checkObject(`options of ${of}`, options, "an object");
  if (Array.isArray(options)) {
    throw new TypeError(
      `Cannot use options of ${of}: it is an array, it must be an object`,
    );
  }
  let isKnown = false;
  for (const name in options) {
    if (Object.hasOwn(names, name)) isKnown = true;
    else throw unknownOption(of, options, name, Object.keys(names));
  }
  if (!isKnown) checkNotAValue(of, options, Object.keys(names));
}

function unknownOption(
  of: string,
  options: object,
  name: string,
  names: readonly string[],
): TypeError {
  checkNotAValue(of, options, names);
  const meant = closestName(name, names);
  return new TypeError(
    `Cannot use option ${JSON.stringify(name)} of ${of}: it is not known` +
      (meant === undefined
        ? `, the options are ${names.join(", ")}`
        : `, did you mean ${JSON.stringify(meant)}?`),
  );
}

/**
 * Checks that options are not the value of one, such as an actor system in the
 * place of `{ system }`: an object of a class that is named after an option, or
 * has none of them.
 */
function checkNotAValue(
  of: string,
  options: object,
  names: readonly string[],
): void {
  const { constructor } = options;
  const made = typeof constructor === "function" ? constructor.name : "";
  // A plain object of another realm has another constructor of that name.
  if (made === "" || made === "Object") return;
  const option = names.find((name) =>
    made.toLowerCase().endsWith(name.toLowerCase())
  );
  // Settings of a class may have getters.
  if (option === undefined && names.some((name) => name in options)) return;
  throw new TypeError(
    `Cannot use options of ${of}: it is of the class ${made}, it must be an object with options${
      option === undefined ? "" : `, such as { ${option} }`
    }`,
  );
}
