/**
 * Rules that several drivers use.
 *
 * @module
 */
import { type Rule, whole } from "../scenario/rule.ts";

/** A TCP port number. */
export const port: Rule = whole(1, 65_535);

/** A number of bytes, up to 1 GiB. */
export const bytes: Rule = whole(1, 2 ** 30);

/** Makes a rule for a URL with one of these protocols, such as `"http:"`. */
export function url(...protocols: readonly string[]): Rule {
  return {
    kind: "text",
    refuses(text) {
      const parsed = URL.parse(text);
      if (parsed === null) {
        return `is ${JSON.stringify(text)}, it must be a URL`;
      }
      if (protocols.includes(parsed.protocol)) return undefined;
      return `starts with ${parsed.protocol}, it must start with ${
        protocols.join(" or ")
      }`;
    },
  };
}
