/**
 * A request on its way through the routes.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { ChangeHub } from "../realtime/change_hub.ts";
import type { SseClients } from "../realtime/sse_clients.ts";
import type { Collection } from "../schema/collection.ts";
import { NOBODY, type TopicsOf, type Visitor } from "../realtime/visitor.ts";
import type { HeldBytes } from "./body_budget.ts";
import type { ResolvedStoreHttpOptions } from "./options.ts";
import { Problem } from "./problem.ts";
import { bodySource } from "./body_source.ts";
import type { FormFiles } from "./form_files.ts";
import { readBody, tooLarge } from "./read_body.ts";
import {
  type FieldsReader,
  isFormType,
  type RequestFields,
} from "./request_fields.ts";
import { ServedRecords, type ServedStore } from "./served_records.ts";

/** What the routes use. */
export interface Service {
  readonly store: ServedStore;
  /** Resolves to what a visitor follows with names of topics. */
  readonly topicsOf: TopicsOf;
  readonly options: ResolvedStoreHttpOptions;
  readonly clock: Clock;
  readonly reader: FieldsReader;
  readonly hub: ChangeHub;
  readonly clients: SseClients;
}

/** A request, with the parts of its path. */
export interface Call {
  readonly service: Service;
  readonly request: Request;
  /** The parameters of the address. */
  readonly query: URLSearchParams;
  /** The parts of the path that the route leaves open. */
  readonly parts: readonly string[];
  /** Who asks. */
  readonly visitor: Visitor;
  /** The token with which they do. */
  readonly token: string | undefined;
  /** The client, for its limits: an address, or what `clientOf` returns. */
  readonly client: string;
  /** The memory that its body takes. */
  readonly held: HeldBytes;
}

/** Handles a call. */
export type Handle = (call: Call) => Response | Promise<Response>;

/**
 * Returns the collection of a path.
 *
 * @throws {Problem} if there is none of that name.
 */
export function collectionOf(
  { collections }: ServedStore,
  name: string | undefined,
): Collection {
  const collection = collections.get(name ?? "");
  if (collection !== undefined) return collection;
  throw new Problem("not_found", "There is no such collection");
}

/** Resolves to whose a token is: that of one that has ended is nobody. */
export async function visitorOf(
  { auth }: ServedStore,
  token: string | undefined,
): Promise<Visitor> {
  if (token === undefined) return NOBODY;
  const login = await auth.find(token);
  return login === undefined ? NOBODY : { identity: login.identity, login };
}

/**
 * Resolves to the call with who asks by now: a body may come slowly, and his
 * session end meanwhile.
 */
export async function afterBody(call: Call): Promise<Call> {
  return {
    ...call,
    visitor: await visitorOf(call.service.store, call.token),
  };
}

/**
 * Returns the records of the store under the rules of who asks.
 *
 * @param context What `@request.context` is in rules.
 */
export function recordsOf(call: Call, context = "default"): ServedRecords {
  const { service: { store }, visitor, client, request, query } = call;
  return new ServedRecords(store, {
    who: visitor.identity,
    client,
    request: {
      method: request.method,
      context,
      // Few rules ask for these.
      get query() {
        return Object.fromEntries(query);
      },
      get headers() {
        return Object.fromEntries(
          Array.from(request.headers, ([name, value]) => [
            name.replaceAll("-", "_"),
            value,
          ]),
        );
      },
    },
  });
}

/**
 * Reads the fields of the body, and takes its files.
 *
 * @param files Where there may be some.
 */
export async function bodyOf(
  { service, request, held }: Call,
  files?: FormFiles,
): Promise<RequestFields> {
  const { options, clock, reader } = service;
  const maxMs = options.bodyMs;
  const contentType = request.headers.get("content-type");
  if (!isFormType(contentType) || request.body === null) {
    const body = await readBody(request, {
      maxBytes: options.maxBodyBytes,
      maxMs,
      clock,
      held,
    });
    return reader.readJson(contentType, body);
  }
  // Names and boundaries take some bytes beside what they are of.
  const maxBytes = options.maxBodyBytes + (files?.maxBytes ?? 0);
  const stated = Number(request.headers.get("content-length") ?? 0);
  if (stated > maxBytes) {
    await request.body.cancel().catch(() => {});
    throw tooLarge(maxBytes);
  }
  using source = bodySource(request.body, { maxMs, clock, maxBytes });
  return await reader.readForm(
    contentType,
    source,
    held,
    files && ((file) => files.take(file)),
  );
}

/** Returns a field of the body that must be a text. */
export function textField(
  { fields }: RequestFields,
  name: string,
): string {
  const value = fields[name];
  if (typeof value === "string" && value !== "") return value;
  throw new Problem("invalid", `"${name}" must be a text`, {
    data: {
      [name]: {
        code: value === undefined
          ? "validation_required"
          : "validation_invalid_value",
        message: "It must be a text.",
      },
    },
  });
}
