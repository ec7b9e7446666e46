import { kindOf } from "../checks/internal.ts";

/**
 * Checks that an option can encode and decode.
 *
 * @throws {TypeError} if the value is anything else
 */
export function checkCodec(name: string, value: unknown): void {
  if (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "encode" in value && typeof value.encode === "function" &&
    "decode" in value && typeof value.decode === "function"
  ) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${
      kindOf(value)
    }, it must be a codec, such as json() or msgpack()`,
  );
}
