import { checkObject, shown } from "../checks/internal.ts";

/**
 * Checks the option `attributes`, which may be left out.
 *
 * @throws {TypeError} if it is not an object, or a value of it is neither a
 * string nor a number nor a boolean.
 */
export function checkAttributes(attributes: unknown): void {
  if (attributes === undefined) return;
  checkObject("attributes", attributes, 'an object such as { "a.b": "c" }');
  for (const [name, value] of Object.entries(attributes)) {
    if (["string", "number", "boolean"].includes(typeof value)) continue;
    throw new TypeError(
      `Cannot use attributes: ${JSON.stringify(name)} is ${
        shown(value)
      }, it must be a string, a number or a boolean`,
    );
  }
}
