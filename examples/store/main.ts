/**
 * A store with an example schema, its page and its address.
 *
 * Permissions: -A
 *
 * @module
 */
import "../support/permissions.ts";
import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { ActorSystem } from "../../src/actor/mod.ts";
import { serveStorePage } from "../../src/store/mod.ts";
import { ANN, openExampleStore } from "./schema.ts";

const HELP = `A store with a page.

Usage: deno task store [OPTIONS]

Serves a store with an example schema: users, projects and tasks with rules, a
computed attribute, pictures and a stored function. PocketBase's client and curl
can use it. Its page shows collections, records, live changes, users, functions
and slow queries. It can be reached from this machine alone.

  --port PORT  by default 8090; 0 for any free port
  --path FILE  the file of the store, by default store.db in this directory
  -h, --help   show this help

Exit code: 0 after Ctrl-C, 1 if the store cannot start, 2 for wrong arguments.`;

const HOST = "127.0.0.1";
/** Milliseconds that requests have to end after Ctrl-C. */
const GRACE_MS = 1000;
/** Where the page is. */
const PAGE = "/_/";

class UsageError extends Error {}

function readArgs(args: string[]) {
  const { _: extra, help, h: _h, ...rest } = parseArgs(args, {
    boolean: ["help"],
    string: ["port", "path", "_"],
    alias: { help: "h" },
    default: { port: "8090", path: "store.db" },
  });
  const { port, path, ...unknown } = rest;
  const [flag] = Object.keys(unknown);
  if (flag !== undefined) {
    const dashes = flag.length === 1 ? "-" : "--";
    const meant = closestString(flag, ["port", "path", "help"]);
    const isNear = levenshteinDistance(flag, meant) <= 2;
    throw new UsageError(
      `unknown option ${dashes}${flag}${
        isNear ? `, did you mean --${meant}?` : ""
      }`,
    );
  }
  if (extra.length > 0) throw new UsageError(`unknown argument ${extra[0]}`);
  if (path === "") throw new UsageError("--path needs a FILE");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port is "${port}", it must be from 0 to 65535`);
  }
  return { help, port: Number(port), path };
}

/** Returns a program that can be pasted into a file. */
function programFor(port: number): string {
  return `  import PocketBase from "npm:pocketbase";

  const pb = new PocketBase("http://${HOST}:${port}");
  await pb.collection("users").authWithPassword(
    "${ANN.email}",
    "${ANN.password}",
  );
  console.log(await pb.collection("tasks").getFullList());`;
}

async function serve(
  { port, path }: ReturnType<typeof readArgs>,
): Promise<number> {
  const interrupted = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interrupted.resolve());
  }
  await using system = new ActorSystem();
  await using data = await openExampleStore(system, path);
  await using page = serveStorePage(data, { prefix: PAGE });
  const http = Deno.serve(
    { hostname: HOST, port, onListen() {} },
    (request, info) =>
      new URL(request.url).pathname.startsWith(PAGE)
        ? page.fetch(request)
        : data.handler(request, info),
  );
  const address = `http://${HOST}:${http.addr.port}`;
  console.log(`page: ${address}${page.link()}
      (once, within 15 minutes; Enter makes another link)

With curl, the projects, which everybody may see:

  curl ${address}/api/collections/projects/records

As Ann, with PocketBase's client:

${programFor(http.addr.port)}

Ctrl-C ends it; ${path} keeps what was written.`);
  void offerLinks(() => console.log(`page: ${address}${page.link()}`));
  await interrupted.promise;
  await page[Symbol.asyncDispose]();
  // Its streams end, for which the server would wait.
  await data.close();
  // Who sends slowly or does not read is not waited for.
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, GRACE_MS);
  await Promise.race([http.shutdown(), late.promise]);
  clearTimeout(timer);
  return 0;
}

/** Makes another link at each line that is typed. */
async function offerLinks(offer: () => void): Promise<void> {
  if (!Deno.stdin.isTerminal()) return;
  for await (const _ of Deno.stdin.readable) offer();
}

function messageOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "The port is taken: choose another with --port, or 0";
  }
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<number> {
  try {
    const args = readArgs(Deno.args);
    if (!args.help) return await serve(args);
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    if (!(error instanceof UsageError)) return 1;
    console.error("See deno task store --help");
    return 2;
  }
}

Deno.exit(await main());
