/**
 * Checks of what programs without types pass: each throws an error that names
 * the option and says what is needed.
 *
 * @module
 */

/** What is wrong, without the content of what may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "missing";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" || typeof value === "function"
    ? kindOf(value)
    : String(value);
}

/**
 * Checks that it is a number from `least` to `most`.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for `NaN` and what is out of the range.
 */
export function checkNumber(
  name: string,
  value: unknown,
  least: number,
  most: number = Infinity,
): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot use ${name}: it is ${show(value)}, a number is needed`,
    );
  }
  if (value >= least && value <= most) return;
  const range = most === Infinity
    ? `${least} is the least`
    : `a number from ${least} to ${most} is needed`;
  throw new RangeError(`Cannot use ${name}: it is ${value}, ${range}`);
}

/**
 * Fills in what is left out, and checks each number against the least.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for `NaN` and what is less.
 */
export function resolveNumbers<Name extends string>(
  given: Partial<Readonly<Record<Name, number>>>,
  defaults: Readonly<Record<Name, number>>,
  least: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const resolved: Record<Name, number> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    const value = given[name] ?? defaults[name];
    checkNumber(name, value, least[name]);
    resolved[name] = value;
  }
  return resolved;
}

/**
 * Checks that it is a function, or left out.
 *
 * @throws {TypeError} for anything else.
 */
export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(
    `Cannot use ${name}: it is ${kindOf(value)}, a function is needed`,
  );
}

/**
 * Checks that it is a `Uint8Array`.
 *
 * @throws {TypeError} for anything else.
 */
export function checkBytes(name: string, value: unknown): void {
  if (value instanceof Uint8Array) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${kindOf(value)}, a Uint8Array is needed`,
  );
}

/**
 * Checks that it is a string, or left out.
 *
 * @throws {TypeError} for anything else.
 */
export function checkString(name: string, value: unknown): void {
  if (value === undefined || typeof value === "string") return;
  throw new TypeError(
    `Cannot use ${name}: it is ${show(value)}, a string is needed`,
  );
}

/**
 * Checks that it is an object; `example` says which.
 *
 * @throws {TypeError} for anything else.
 */
export function checkObject(
  name: string,
  value: unknown,
  example: string,
): void {
  if (typeof value === "object" && value !== null) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${kindOf(value)}, ${example} is needed`,
  );
}

/**
 * Checks a hostname and a port.
 *
 * @param leastPort 0 where the system may choose one.
 * @throws {TypeError} for a hostname that is no string, or a port that is no
 * number.
 * @throws {RangeError} for a port that is out of its range.
 */
export function checkAddress(
  { hostname, port }: { readonly hostname?: unknown; readonly port?: unknown },
  leastPort: 0 | 1,
): void {
  checkString("hostname", hostname);
  if (
    Number.isInteger(port) && Number(port) >= leastPort &&
    Number(port) <= 65_535
  ) return;
  const ErrorClass = typeof port === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot use port: it is ${show(port)}, ${
      leastPort === 0 ? "0 for any, or " : ""
    }an integer from 1 to 65535 is needed`,
  );
}

/**
 * Checks that it can encode and decode.
 *
 * @throws {TypeError} for anything else.
 */
export function checkCodec(name: string, value: unknown): void {
  if (
    typeof value === "object" && value !== null &&
    "encode" in value && typeof value.encode === "function" &&
    "decode" in value && typeof value.decode === "function"
  ) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${
      kindOf(value)
    }, a codec is needed, such as json() or msgpack()`,
  );
}
