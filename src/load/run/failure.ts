/**
 * What is known of an operation that failed: pure decisions without I/O.
 *
 * @module
 */
import { formatAddress } from "../../session/internal.ts";
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import type { OperationOutcome } from "../driver.ts";
import { DriverError } from "../drivers/driver_error.ts";
import type { RunError } from "../result_details.ts";
import { type Mask, masking } from "../scenario/environment.ts";
import { secretsOf, withoutSecrets } from "../scenario/secrets.ts";
import type { Failure } from "./error_tally.ts";

/** The most characters of a body, and of an address, in a report. */
const MAX_SHOWN = 256;
/** So many are masked, so that none is cut off before. */
const MAX_READ = 4 * MAX_SHOWN;

/** Everything that is known of an operation that failed. */
export interface FailureFacts extends Pick<Failure, "phase" | "atMs"> {
  readonly error: unknown;
  /** The request, with its values filled in. */
  readonly request: JsonObject | undefined;
  /** Returns what had been received until then. */
  readonly received: () => OperationOutcome | undefined;
  /** What was captured before, by earlier steps. */
  readonly captured: Iterable<JsonValue>;
}

/** Returns what a tally of errors needs to know. */
export function failureOf(facts: FailureFacts): Failure {
  const { phase, atMs, request, captured } = facts;
  const secrets = secretsOf(request, captured);
  const known: Mask = secrets.length === 0 ? (text) => text : masking(secrets);
  const mask: Mask = (text) => withoutSecrets(known(text));
  return { phase, atMs, mask, example: () => exampleOf(facts, mask) };
}

function exampleOf(
  { error, request, received }: FailureFacts,
  mask: Mask,
): RunError["example"] {
  const own = error instanceof DriverError ? error.received : undefined;
  const outcome = own ?? received();
  const address = request === undefined ? undefined : addressOf(request);
  const body = bodyText(outcome?.body);
  // A driver may report a status that no result can hold.
  const reported = outcome?.status ?? null;
  const status = Number.isFinite(reported) ? reported : null;
  if (address === undefined && status === null && body === undefined) {
    return null;
  }
  return {
    address: address === undefined ? null : beginning(address, mask),
    status,
    body: body === undefined ? null : beginning(body, mask),
  };
}

function beginning(text: string, mask: Mask): string {
  const masked = mask(
    text.length > MAX_READ ? `${text.slice(0, MAX_READ)}…` : text,
  );
  return masked.length > MAX_SHOWN
    ? `${masked.slice(0, MAX_SHOWN).toWellFormed()}…`
    : masked;
}

function bodyText(body: JsonValue | undefined): string | undefined {
  if (body === undefined || body === "") return undefined;
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Returns where a request goes, by the fields that the drivers have for it. */
export function addressOf(request: JsonObject): string | undefined {
  const { method, url, hostname, port, command, args } = request;
  if (typeof url === "string") {
    return typeof method === "string" ? `${method} ${url}` : url;
  }
  if (typeof port === "number") {
    return formatAddress({
      hostname: typeof hostname === "string" ? hostname : "127.0.0.1",
      port,
    });
  }
  if (typeof command !== "string") return undefined;
  return [command, ...Array.isArray(args) ? args : []].join(" ");
}
