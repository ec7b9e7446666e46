/**
 * Rules that several drivers have.
 *
 * @module
 */
import { type Rule, whole } from "../scenario/rule.ts";

/** A TCP port. */
export const port: Rule = whole(1, 65_535);

/** A number of bytes, to 1 GiB. */
export const bytes: Rule = whole(1, 2 ** 30);

/** A URL with one of these protocols, such as `"http:"`. */
export function url(...protocols: readonly string[]): Rule {
  return {
    kind: "text",
    refuses(text) {
      const parsed = URL.parse(text);
      if (parsed === null) {
        return `is ${JSON.stringify(text)}, a URL is needed`;
      }
      if (protocols.includes(parsed.protocol)) return undefined;
      return `begins with ${parsed.protocol}, ${
        protocols.join(" or ")
      } is needed`;
    },
  };
}
