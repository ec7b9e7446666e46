/**
 * The parts that presets are composed of: what users do with one service.
 *
 * @module
 */
import type { JsonObject } from "../../codec/mod.ts";
import type {
  Criterion,
  Feeder,
  Flow,
  Operation,
  Step,
  Target,
} from "../scenario/scenario.ts";

/** The address of a service of your own. */
export interface ServiceAddress {
  /**
   * The host name or IP address of the service.
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** The TCP port of the service, from 1 to 65535. */
  readonly port: number;
}

/** The address of web terminals of your own. */
export interface TerminalAddress {
  /** The URL of the page, such as `http://127.0.0.1:8000/`. */
  readonly url: string;
  /** A ticket that permits controlling all sessions. */
  readonly ticket: string;
}

/** The names of the services that come with the package. */
export type ServiceName =
  | "chat"
  | "files"
  | "terminals"
  | "api"
  | "realtime"
  | "store";

/** What users do with one service. */
export interface ScenarioPart {
  readonly operations: readonly (Operation | Flow)[];
  readonly feeders?: { readonly [name: string]: Feeder };
  /** What is done once, before all users. */
  readonly setup?: readonly Step[];
  /** What each user does first. */
  readonly userSetup?: readonly Step[];
  /** What must hold where this is all that users do. */
  readonly criteria?: readonly Criterion[];
  /** The service to start, if any. */
  readonly service?: {
    /** `ticks` changes a record of a store elsewhere, `content` is a file. */
    readonly name: ServiceName | "ticks" | "content";
    /** Arguments for the program of the service. */
    readonly args?: readonly string[];
    /** The host and port of the service that it uses, if any. */
    readonly host?: string;
  };
}

/** The outputs of each service, such as its port. */
const OUTPUTS: {
  readonly [name in ServiceName | "ticks" | "content"]: readonly string[];
} = {
  chat: ["chat"],
  files: ["files"],
  terminals: ["terminals", "ticket"],
  api: ["api"],
  realtime: ["realtime"],
  store: ["store"],
  ticks: ["ticks"],
  content: ["content"],
};

/** The permissions that each service needs. */
const PERMISSIONS: {
  readonly [name in ServiceName | "ticks" | "content"]: readonly string[];
} = {
  chat: [],
  files: ["--allow-read", "--allow-write"],
  terminals: ["--allow-all"],
  api: [],
  realtime: [],
  store: ["--allow-read", "--allow-write", "--allow-env", "--allow-ffi"],
  ticks: [],
  content: ["--allow-read", "--allow-write"],
};

/** Returns the program that serves what the parts need, if they need any. */
export function targetOf(parts: readonly ScenarioPart[]): Target | undefined {
  const services = parts.flatMap(({ service }) => service ?? []);
  if (services.length === 0) return undefined;
  const names = services.map(({ name }) => name);
  const permissions = new Set(names.flatMap((name) => PERMISSIONS[name]));
  const hosts = services.flatMap(({ host }) => host ?? []);
  return {
    command: "deno",
    args: [
      "run",
      "--quiet",
      ...permissions.has("--allow-all")
        ? ["--allow-all"]
        : [`--allow-net=${["127.0.0.1", ...hosts].join(",")}`, ...permissions],
      new URL("./targets/main.ts", import.meta.url).href,
      ...services.flatMap(({ args = [] }) => args),
      ...names,
    ],
    readyPattern: "^ready " +
      names.flatMap((name) => OUTPUTS[name])
        .map((output) => `${output}=(?<${output}>\\S+)`).join(" "),
  };
}

const TEXTS = [
  "hello",
  "Is anybody there?",
  "I can hear you, go on",
  "Sing, goddess, the anger of Peleus' son Achilleus",
  "and its devastation, which put pains thousandfold upon the Achaians, hurled in their multitudes to the house of Hades strong souls of heroes",
];

/** Says lines in rooms of `roomSize` members. */
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

/** Uploads and downloads files of that size. */
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

/** Uses a shell for each user, over the web or, if `local`, on this host. */
export function terminalsPart(
  address: TerminalAddress | "local" | undefined,
): ScenarioPart {
  const isLocal = address === "local";
  const {
    url = `http://127.0.0.1:${output("terminals")}/`,
    ticket = output("ticket"),
  } = isLocal ? {} : address ?? {};
  const request: JsonObject = isLocal ? { command: "sh" } : { url, ticket };
  const driver = isLocal ? "terminal" : "web_terminal";
  return {
    ...serviceOf(address, "terminals"),
    operations: [{
      // The key is typed and deleted, so that the line stays short.
      name: "press a key",
      driver,
      request: { ...request, input: "~\x7f", output: { contains: "~" } },
      weight: 4,
    }, {
      name: "run a command",
      driver,
      // Terminals echo what is typed: only the result has this text.
      request: {
        ...request,
        input: "echo $((6 * 111))\r",
        output: { contains: "666" },
      },
    }],
  };
}

/** Reads and writes items over HTTP. */
export function apiPart(url: string | undefined): ScenarioPart {
  const items = `${url ?? `http://127.0.0.1:${output("api")}/`}items`;
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
        name: "create an item",
        driver: "http",
        request: { url: items, json: { name: "created" }, statuses: [201] },
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

/** Receives events as a subscriber. */
export function realtimePart(
  url: string | undefined,
  eventsPerSecond: number,
): ScenarioPart {
  const base = url ?? `http://127.0.0.1:${output("realtime")}/`;
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

/** Refers to an output of the target. */
function output(name: string): string {
  return `\${target.${name}}`;
}

function place(
  address: ServiceAddress | undefined,
  service: ServiceName,
): JsonObject {
  const { hostname = "127.0.0.1", port = output(service) } = address ?? {};
  return { hostname, port };
}

/** Returns the service to start, unless there is an address already. */
function serviceOf(
  address: unknown,
  name: ServiceName,
  args: readonly string[] = [],
): Pick<ScenarioPart, "service"> {
  return address === undefined ? { service: { name, args } } : {};
}
