/**
 * What ready scenarios are put together of: what users do with one service.
 *
 * @module
 */
import type { JsonObject } from "../../codec/mod.ts";
import type { Feeder, Operation, Target } from "../scenario/scenario.ts";

/** Where one's own service listens. */
export interface ServiceAddress {
  /**
   * Name or IP address.
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** TCP port. */
  readonly port: number;
}

/** Where one's own web terminals are. */
export interface TerminalAddress {
  /** Where the page is, such as `http://127.0.0.1:8000/`. */
  readonly url: string;
  /** A ticket to control all sessions. */
  readonly ticket: string;
}

/** The services that come with the package. */
export type ServiceName = "chat" | "files" | "terminals" | "api" | "realtime";

/** What users do with one service. */
export interface ScenarioPart {
  readonly operations: readonly Operation[];
  readonly feeders?: { readonly [name: string]: Feeder };
  /** The service that is to be started, if it is. */
  readonly service?: {
    readonly name: ServiceName;
    /** Arguments of its program. */
    readonly args?: readonly string[];
  };
}

/** What each service tells of itself. */
const TOLD: { readonly [name in ServiceName]: readonly string[] } = {
  chat: ["chat"],
  files: ["files"],
  terminals: ["terminals", "ticket"],
  api: ["api"],
  realtime: ["realtime"],
};

/** What the program may do for each service. */
const PERMISSIONS: { readonly [name in ServiceName]: readonly string[] } = {
  chat: [],
  files: ["--allow-read", "--allow-write"],
  terminals: ["--allow-all"],
  api: [],
  realtime: [],
};

/** The program of the services that the parts need, if they need any. */
export function targetOf(parts: readonly ScenarioPart[]): Target | undefined {
  const services = parts.flatMap(({ service }) => service ?? []);
  if (services.length === 0) return undefined;
  const names = services.map(({ name }) => name);
  const permissions = names.flatMap((name) => PERMISSIONS[name]);
  return {
    command: "deno",
    args: [
      "run",
      "--quiet",
      ...permissions.includes("--allow-all")
        ? ["--allow-all"]
        : ["--allow-net=127.0.0.1", ...permissions],
      new URL("./targets/main.ts", import.meta.url).href,
      ...services.flatMap(({ args = [] }) => args),
      ...names,
    ],
    readyPattern: "^ready " +
      names.flatMap((name) => TOLD[name])
        .map((told) => `${told}=(?<${told}>\\S+)`).join(" "),
  };
}

const TEXTS = [
  "hello",
  "Is anybody there?",
  "I can hear you, go on",
  "Sing, goddess, the anger of Peleus' son Achilleus",
  "and its devastation, which put pains thousandfold upon the Achaians, hurled in their multitudes to the house of Hades strong souls of heroes",
];

/** Lines in rooms of so many members. */
export function chatPart(
  address: ServiceAddress | undefined,
  roomSize: number,
): ScenarioPart {
  return {
    ...serviceOf(address, "chat", ["--room-size", String(roomSize)]),
    operations: [{
      name: "say",
      driver: "logical",
      request: {
        ...place(address, "chat"),
        value: { type: "say", text: "${lines.text}" },
        exchange: "message",
        reply: { field: "type", equals: "said" },
      },
      checks: [{ field: "body.text", is: "present" }],
    }],
    feeders: {
      lines: { records: TEXTS.map((text) => ({ text })), order: "random" },
    },
  };
}

/** Files of that size there and back. */
export function filesPart(
  address: ServiceAddress | undefined,
  fileBytes: number,
  chunkBytes: number,
): ScenarioPart {
  const stream = {
    ...place(address, "files"),
    codec: "text",
    exchange: "stream",
  };
  const chunks = Math.max(1, Math.round(fileBytes / chunkBytes));
  const bytes = chunks * chunkBytes;
  return {
    ...serviceOf(address, "files"),
    operations: [{
      name: "upload",
      driver: "logical",
      request: { ...stream, value: TEXTS.join("\n"), chunks, chunkBytes },
      timeoutMs: 30_000,
      checks: [{ field: "body", is: "contains", value: `"bytes":${bytes},` }],
    }, {
      name: "download",
      driver: "logical",
      request: { ...stream, value: `{"download":${bytes}}` },
      timeoutMs: 30_000,
      checks: [{ field: "receivedBytes", is: "equal", value: bytes }],
    }],
  };
}

/** A shell for each user, on the web, or on this host if that is `local`. */
export function terminalsPart(
  address: TerminalAddress | "local" | undefined,
): ScenarioPart {
  const isLocal = address === "local";
  const {
    url = `http://127.0.0.1:${told("terminals")}/`,
    ticket = told("ticket"),
  } = isLocal ? {} : address ?? {};
  const request: JsonObject = isLocal ? { command: "sh" } : { url, ticket };
  const driver = isLocal ? "terminal" : "web_terminal";
  return {
    ...serviceOf(address, "terminals"),
    operations: [{
      // Typed and taken back, so that the line stays short.
      name: "press a key",
      driver,
      request: { ...request, input: "~\x7f", output: { contains: "~" } },
      weight: 4,
    }, {
      name: "run a command",
      driver,
      // What is typed is written as well: only the result has this text.
      request: {
        ...request,
        input: "echo $((6 * 111))\r",
        output: { contains: "666" },
      },
    }],
  };
}

/** Items over HTTP. */
export function apiPart(url: string | undefined): ScenarioPart {
  const items = `${url ?? `http://127.0.0.1:${told("api")}/`}items`;
  const item = `${items}/\${ids.id}`;
  return {
    ...serviceOf(url, "api"),
    operations: [
      {
        name: "list items",
        driver: "http",
        request: { url: items },
        checks: [{ field: "body.0.id", is: "present" }],
        weight: 2,
      },
      {
        name: "read an item",
        driver: "http",
        request: { url: item },
        checks: [{ field: "body.name", is: "present" }],
        weight: 6,
      },
      {
        name: "replace an item",
        driver: "http",
        request: { url: item, method: "PUT", json: { name: "replaced" } },
        checks: [{ field: "body.name", is: "equal", value: "replaced" }],
      },
      {
        name: "make an item",
        driver: "http",
        request: { url: items, json: { name: "made" }, statuses: [201] },
        checks: [{ field: "body.id", is: "above", value: 0 }],
      },
    ],
    feeders: {
      ids: {
        records: Array.from({ length: 50 }, (_, index) => ({ id: index + 1 })),
        order: "random",
      },
    },
  };
}

/** Events to subscribers. */
export function realtimePart(
  url: string | undefined,
  eventsPerSecond: number,
): ScenarioPart {
  const base = url ?? `http://127.0.0.1:${told("realtime")}/`;
  return {
    ...serviceOf(url, "realtime", [
      "--events-per-second",
      String(eventsPerSecond),
    ]),
    operations: [{
      name: "event over SSE",
      driver: "sse",
      request: {
        url: `${base}events`,
        event: "tick",
        keep: true,
        sentAt: "publishedAt",
      },
    }, {
      name: "event over WebSocket",
      driver: "websocket",
      request: {
        url: `${base.replace(/^http/, "ws")}socket`,
        reply: { field: "type", equals: "tick" },
        sentAt: "publishedAt",
      },
    }],
  };
}

/** What the target has told by that name. */
function told(name: string): string {
  return `\${target.${name}}`;
}

function place(
  address: ServiceAddress | undefined,
  service: ServiceName,
): JsonObject {
  const { hostname = "127.0.0.1", port = told(service) } = address ?? {};
  return { hostname, port };
}

/** The service to be started, unless there is one's own. */
function serviceOf(
  own: unknown,
  name: ServiceName,
  args: readonly string[] = [],
): Pick<ScenarioPart, "service"> {
  return own === undefined ? { service: { name, args } } : {};
}
