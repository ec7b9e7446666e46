/**
 * What users do with a store.
 *
 * @module
 */
import type { JsonObject } from "../../codec/mod.ts";
import type { Criterion, Operation, Step } from "../scenario/scenario.ts";
import type { ScenarioPart } from "./performance_parts.ts";
import {
  accountAddress,
  ACCOUNTS,
  anyRecordId,
  COLLECTIONS,
  LISTED,
  PASSWORD,
  RECORDS,
} from "./store_records.ts";

/** The bytes of a part of a file. */
const PART_BYTES = 65_536;

/** Where a store is: its URL, which ends in `/`; without it, one is started. */
type StoreUrl = string | undefined;

/** The arguments of the service. */
type Args = readonly string[];

/** Checks sessions, and logs in once for each hundred of these. */
export function authPart(
  store: StoreUrl,
  p95Ms: number,
  loginP95Ms: number,
): ScenarioPart {
  const url = collectionsOf(store);
  return {
    ...serviceOf(store),
    // Each user has a session of its own.
    userSetup: [logIn(url)],
    operations: [{
      name: "check a session",
      driver: "http",
      request: {
        url: `${url}${COLLECTIONS.users}/auth-refresh`,
        method: "POST",
        headers: { authorization: "${session}" },
      },
      checks: [{ field: "body.record.id", is: "present" }],
      weight: 100,
    }, passwordLogin(url)],
    criteria: [
      p95("check a session", p95Ms),
      p95("log in", loginP95Ms),
    ],
  };
}

/** Reads records and lists, and writes a tenth as often. */
export function databasePart(store: StoreUrl, p95Ms: number): ScenarioPart {
  const url = collectionsOf(store);
  const tasks = `${url}${COLLECTIONS.tasks}/records`;
  return {
    ...serviceOf(store),
    setup: [logIn(url)],
    operations: [{
      name: "get a record",
      driver: "http",
      request: {
        ...signedIn,
        url: `${tasks}/${anyRecordId("tasks", RECORDS)}`,
      },
      checks: [{ field: "body.title", is: "present" }],
      tags: { kind: "query" },
      weight: 5,
    }, {
      name: "list what is open",
      driver: "http",
      request: {
        ...signedIn,
        url: `${tasks}?perPage=20&skipTotal=true&filter=${encoded`owner = '${
          anyRecordId("users", ACCOUNTS)
        }' && done = false`}`,
      },
      checks: [{ field: "body.items.0.id", is: "present" }],
      tags: { kind: "query" },
      weight: 5,
    }, {
      name: "create, change and delete",
      steps: [{
        name: "create",
        driver: "http",
        request: {
          ...signedIn,
          url: tasks,
          json: { title: "A new task", points: 1 },
        },
        capture: { created: "body.id" },
      }, {
        name: "change",
        driver: "http",
        request: {
          ...signedIn,
          url: `${tasks}/\${created}`,
          method: "PATCH",
          json: { points: 2 },
        },
      }, {
        name: "delete",
        driver: "http",
        request: {
          ...signedIn,
          url: `${tasks}/\${created}`,
          method: "DELETE",
        },
      }],
    }],
    criteria: [{
      metric: "latency.p95",
      tags: { kind: "query" },
      is: "below",
      value: p95Ms,
    }],
  };
}

/** Waits for each change of a record that changes so often. */
export function changesPart(
  store: StoreUrl,
  eventsPerSecond: number,
): ScenarioPart {
  const topic = `${COLLECTIONS.ticks}/*`;
  const rate = ["--ticks-per-second", String(eventsPerSecond)];
  return {
    service: store === undefined ? { name: "store", args: rate } : {
      name: "ticks",
      args: [...rate, "--ticks-to", store],
      host: new URL(store).host,
    },
    setup: [logIn(collectionsOf(store))],
    operations: [{
      name: "receive a change",
      driver: "sse",
      request: {
        headers: signedIn.headers,
        url: `${baseOf(store)}api/realtime?topic=${topic}`,
        event: topic,
        keep: true,
        sentAt: "record.sentAt",
      },
      timeoutMs: 30_000,
    }],
  };
}

/** Lists the same records with and without attributes that are made. */
export function computedPart(store: StoreUrl, p95Ms: number): ScenarioPart {
  const url = collectionsOf(store);
  const stored = "id,title,owner,done,points";
  const list = (
    name: string,
    of: "tasks" | "reports",
    fields: string,
    last: string,
  ): Operation => ({
    name,
    driver: "http",
    request: {
      ...signedIn,
      url: `${url}${
        COLLECTIONS[of]
      }/records?perPage=${LISTED}&skipTotal=true&fields=${fields}`,
    },
    checks: [{ field: `body.items.${LISTED - 1}.${last}`, is: "present" }],
  });
  return {
    ...serviceOf(store),
    setup: [logIn(url)],
    operations: [
      list("list stored attributes", "tasks", stored, "points"),
      list(
        "list a generated one too",
        "reports",
        `${stored},minutes`,
        "minutes",
      ),
      list(
        "list computed ones too",
        "reports",
        `${stored},minutes,label,digest`,
        "digest",
      ),
    ],
    criteria: [{ metric: "latency.p95", is: "below", value: p95Ms }],
  };
}

/** Changes records plainly and by stored functions. */
export function functionsPart(store: StoreUrl, p95Ms: number): ScenarioPart {
  const url = collectionsOf(store);
  const functions = `${baseOf(store)}api/functions/`;
  const id = anyRecordId("tasks", RECORDS);
  const call = (name: string, of: string): Operation => ({
    name,
    driver: "http",
    request: { ...signedIn, url: `${functions}${of}`, json: { id, points: 1 } },
  });
  return {
    ...serviceOf(store),
    setup: [logIn(url)],
    operations: [
      {
        name: "change a record",
        driver: "http",
        request: {
          ...signedIn,
          url: `${url}${COLLECTIONS.tasks}/records/${id}`,
          method: "PATCH",
          json: { points: 1 },
        },
      },
      call("call a function that changes it", "load_set"),
      call("call one that reads and changes it", "load_add"),
    ],
    criteria: [{ metric: "latency.p95", is: "below", value: p95Ms }],
  };
}

/** Uploads a file, downloads all of it and a part of it, and deletes it. */
export function storeFilesPart(
  store: StoreUrl,
  fileBytes: number,
  minMegabytesPerSecond: number,
): readonly ScenarioPart[] {
  const url = collectionsOf(store);
  const records = `${url}${COLLECTIONS.files}/records`;
  const file = `${baseOf(store)}api/files/${COLLECTIONS.files}/\${id}/\${file}`;
  const part = Math.min(fileBytes, PART_BYTES);
  const flow = "send and fetch";
  const most = (step: string): Criterion => ({
    metric: "latency.mean",
    operation: `${flow}/${step}`,
    is: "at_most",
    value: fileBytes / minMegabytesPerSecond / 1000,
  });
  return [{
    service: {
      name: "content",
      args: ["--content-bytes", String(fileBytes)],
    },
    operations: [],
    criteria: [most("upload"), most("download")],
  }, {
    ...serviceOf(store),
    setup: [logIn(url)],
    operations: [{
      name: flow,
      steps: [{
        name: "upload",
        driver: "http",
        request: {
          ...signedIn,
          url: records,
          multipart: [{
            name: "content",
            file: "${target.content}",
            fileName: "content.bin",
            type: "application/octet-stream",
          }],
        },
        timeoutMs: 30_000,
        capture: { id: "body.id", file: "body.content" },
      }, {
        name: "download",
        driver: "http",
        request: { url: file, maxBodyBytes: fileBytes + 1 },
        timeoutMs: 30_000,
        checks: [{ field: "receivedBytes", is: "equal", value: fileBytes }],
      }, {
        name: "download a part",
        driver: "http",
        request: { url: file, headers: { range: `bytes=0-${part - 1}` } },
        checks: [
          { field: "status", is: "equal", value: 206 },
          { field: "receivedBytes", is: "equal", value: part },
        ],
      }, {
        name: "delete",
        driver: "http",
        request: { ...signedIn, url: `${records}/\${id}`, method: "DELETE" },
      }],
    }],
  }];
}

/** What all requests of one session have. */
const signedIn: { readonly headers: JsonObject } = {
  headers: { authorization: "${session}" },
};

/** Logs in, and captures the token of the session. */
function logIn(url: string): Step {
  return { ...passwordLogin(url), capture: { session: "body.token" } };
}

/** Logs in as one of the accounts. */
function passwordLogin(url: string): Operation {
  return {
    name: "log in",
    driver: "http",
    request: {
      url: `${url}${COLLECTIONS.users}/auth-with-password`,
      json: {
        identity: accountAddress(`\${random.int(1,${ACCOUNTS})}`),
        password: PASSWORD,
      },
    },
    timeoutMs: 30_000,
    checks: [{ field: "body.token", is: "present" }],
  };
}

/** Encodes the text of a parameter, but for the references in it. */
function encoded(texts: TemplateStringsArray, reference: string): string {
  return texts.map((text) => encodeURIComponent(text).replaceAll("'", "%27"))
    .join(reference);
}

function p95(operation: string, value: number): Criterion {
  return { metric: "latency.p95", operation, is: "below", value };
}

function baseOf(store: StoreUrl): string {
  return store ?? "http://127.0.0.1:${target.store}/";
}

function collectionsOf(store: StoreUrl): string {
  return `${baseOf(store)}api/collections/`;
}

function serviceOf(
  store: StoreUrl,
  args: Args = [],
): Pick<ScenarioPart, "service"> {
  return store === undefined ? { service: { name: "store", args } } : {};
}
