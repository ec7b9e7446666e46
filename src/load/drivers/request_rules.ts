/**
 * Rules that several drivers use.
 *
 * @module
 */
import { number, type Rule, whole } from "../scenario/rule.ts";

/** A TCP port number. */
export const port: Rule = whole(1, 65_535);

/** A number of bytes, up to 1 GiB. */
export const bytes: Rule = number(
  { integer: true, min: 1, max: 2 ** 30 },
  "bytes",
);

/** Makes a rule for a URL with one of these protocols, such as `"http:"`. */
export function url(...protocols: readonly string[]): Rule {
  const refusesProtocol = (protocol: string): string | undefined =>
    protocols.includes(protocol)
      ? undefined
      : `starts with ${protocol}, it must start with ${protocols.join(" or ")}`;
  return {
    kind: "text",
    refusesStart(text) {
      const [protocol] = /^[a-z][a-z\d+.-]*:/i.exec(text) ?? [];
      return protocol === undefined
        ? undefined
        : refusesProtocol(protocol.toLowerCase());
    },
    refuses(text) {
      const parsed = URL.parse(text);
      if (parsed === null) {
        const needed = text.startsWith("/")
          ? "a URL, with that of the service before it"
          : "a URL";
        return `is ${JSON.stringify(text)}, it must be ${needed}`;
      }
      return refusesProtocol(parsed.protocol);
    },
  };
}
