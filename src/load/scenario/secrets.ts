/**
 * What reports do not show of what was sent and received, as far as it can be
 * recognised by names and places: pure decisions without I/O.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import { MASKED } from "./environment.ts";
import type { Scenario } from "./scenario.ts";

/**
 * The names of fields, headers and parameters whose values are secrets. All
 * lengths are limited, so that a long text takes no longer for what is in it.
 */
const NAME =
  "[\\w-]{0,40}(?:authorization|cookie|passw(?:or)?d|passphrase|secret|token|api[-_]?key|session[-_]?id)";
const IS_SECRET = new RegExp(`^${NAME}$`, "i");
/** `"token": "…"`, also one that is cut off. */
const IN_JSON = new RegExp(
  `("${NAME}"\\s*:\\s*")(?:[^"\\\\]|\\\\.)*`,
  "gis",
);
/** The same in a text that is in JSON itself. */
const IN_ESCAPED = new RegExp(
  `(\\\\"${NAME}\\\\"\\s*:\\s*\\\\")(?:[^"\\\\]|\\\\[^"])*`,
  "gi",
);
/** `token=…` of a query, a form or a command line. */
const IN_QUERY = new RegExp(`((?:^|[?&;\\s-])${NAME}=)[^&;\\s"'<>]+`, "gi");
/** `authorization: …` up to the end of the line. */
const IN_HEADER = new RegExp(`^([ \\t>]*${NAME}[ \\t]*:[ \\t]*)\\S.*$`, "gim");
const IN_URL =
  /(\b[a-z][\w+.-]{0,20}:\/\/[^\s\/?#@:"']{0,200}:)[^\s\/?#@"']{1,500}(?=@)/gi;
/** A bearer token or a JSON web token, wherever it stands. */
const BEARER = /\b(Bearer\s+)[\w.~+\/-]{8,}=*/gi;
const WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;

/** Returns a text without what looks like a secret in it. */
export function withoutSecrets(text: string): string {
  return text
    .replace(IN_URL, `$1${MASKED}`)
    .replace(IN_JSON, `$1${MASKED}`)
    .replace(IN_ESCAPED, `$1${MASKED}`)
    .replace(IN_QUERY, `$1${MASKED}`)
    .replace(IN_HEADER, `$1${MASKED}`)
    .replace(BEARER, `$1${MASKED}`)
    .replace(WEB_TOKEN, MASKED);
}

/** `--set a.b.token=…`, whatever the value is. */
const IN_ARGUMENT = new RegExp(`^([\\w.=-]*[.=-]?${NAME})=.*$`, "is");

/** Returns an argument of a command without what looks like a secret in it. */
export function argumentWithoutSecrets(argument: string): string {
  return withoutSecrets(argument.replace(IN_ARGUMENT, `$1=${MASKED}`));
}

/** Shorter values cannot be distinguished from what may be shown. */
const MIN_SECRET = 8;
/** The most values of one operation that are looked for. */
const MAX_SECRETS = 50;

/**
 * Returns the values that an operation must not show: those of its headers and
 * fields with the name of a secret, the credentials of its URL as they are sent,
 * and what was captured before it.
 */
export function secretsOf(
  request: JsonValue | undefined,
  captured: Iterable<JsonValue>,
): string[] {
  const found = new Set<string>();
  const add = (text: string) => {
    if (text.length >= MIN_SECRET && found.size < MAX_SECRETS) found.add(text);
  };
  for (const value of captured) eachText(value, add);
  if (request !== undefined) {
    for (const text of credentialsOf(request)) add(text);
    eachSecret(request, (text) => {
      // As it is, and what is behind `Bearer` or the name of a cookie.
      add(text);
      for (const part of text.split(/[\s;=]+/)) add(part);
    });
  }
  return [...found];
}

/** The password of a URL, and what the header `authorization` has for it. */
function credentialsOf(request: JsonValue): string[] {
  if (typeof request !== "object" || request === null) return [];
  const url = "url" in request ? request.url : undefined;
  const parsed = typeof url === "string" ? URL.parse(url) : null;
  if (parsed === null || parsed.password === "") return [];
  const [name, password] = [parsed.username, parsed.password].map(decoded);
  const sent = new TextEncoder().encode(`${name}:${password}`);
  return [sent.toBase64(), password ?? ""];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function eachText(value: JsonValue, act: (text: string) => void): void {
  if (typeof value === "string") act(value);
  else if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) eachText(item, act);
  }
}

function eachSecret(value: JsonValue, act: (text: string) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (IS_SECRET.test(name)) eachText(item, act);
    else eachSecret(item, act);
  }
}

/** The parts of a scenario in which names say what values are. */
const WITH_VALUES = new Set(["request", "defaults", "records"]);

/**
 * Returns a scenario as it may be passed on: without passwords in URLs, and
 * without the values of headers and fields of requests and records that have
 * the name of a secret. References such as `${env.TOKEN}` are kept.
 */
export function scenarioWithoutSecrets(
  scenario: Scenario,
  mask: (text: string) => string,
): Scenario {
  const shown = (text: string) => mask(withoutSecrets(text));
  const copy = copyOf(scenario, shown, "outside");
  // What has no secrets is the same object.
  return JSON.stringify(copy) === JSON.stringify(scenario) ? scenario : copy;
}

type Place = "outside" | "values" | "secret";

function copyOf<T>(value: T, shown: (text: string) => string, place: Place): T;
function copyOf(
  value: unknown,
  shown: (text: string) => string,
  place: Place,
): unknown {
  if (typeof value === "string") {
    return place === "secret" ? withoutLiterals(value) : shown(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => copyOf(item, shown, place));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      copyOf(item, shown, placeOf(place, name)),
    ]),
  );
}

function placeOf(place: Place, name: string): Place {
  if (place === "outside") return WITH_VALUES.has(name) ? "values" : "outside";
  return place === "secret" || IS_SECRET.test(name) ? "secret" : "values";
}

/** Masks all but references and the scheme, such as `Bearer ${token}`. */
function withoutLiterals(text: string): string {
  const [scheme = ""] = /^[A-Za-z]+ /.exec(text) ?? [];
  const rest = text.slice(scheme.length).split(/(\$\{[^}]*\})/)
    .map((part, index) =>
      index % 2 === 1 || part.trim() === "" ? part : MASKED
    );
  return scheme + rest.join("");
}
