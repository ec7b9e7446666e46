// The view on a terminal, as a process of its own on a real PTY.
import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { bounded } from "../../support/net.ts";
import { onPty, Ptys } from "../../pty/ptys.ts";
import { loadEventOf } from "../../../src/load/cli/load_event.ts";
import { loadProgress } from "../loads.ts";
import { SCENARIO } from "../served_page.ts";
import { LEFT, MAIN, Viewer } from "./viewer.ts";

const PROGRAM = new URL("watched_program.ts", import.meta.url).href;
/** A program that is watched. */
class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly port: number;

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(port = 0): Promise<Program> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", PROGRAM, String(port)],
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const { value } = await lines.read();
    await lines.cancel();
    return new Program(child, Number(value));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

/** Runs the command line with its output in a pipe. */
async function run(
  ...args: string[]
): Promise<
  { readonly code: number; readonly out: string; readonly err: string }
> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", MAIN, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test(
  "on a terminal, keys open groups, sort, filter, show an actor and leave",
  onPty,
  async () => {
    await using program = await Program.start();
    await using ptys = new Ptys();
    await using viewer = await Viewer.on(ptys, program.url);
    await viewer.shows("live", "62 actors", "▸ orders", "1–2 of 2");
    viewer.type("\r");
    await viewer.shows("▾ orders", "orders-0", "of 32");
    viewer.type("\x1b[D");
    await viewer.shows("▸ orders", "1–2 of 2");
    viewer.type("\x1b[B\r");
    await viewer.shows("▸ orders", "▾ users", "users-0");
    // All the rest are off the screen.
    viewer.type("\x1b[F");
    await viewer.shows("users-29", "–32 of 32");
    viewer.type(">");
    await viewer.shows("actor▽", "/orders/orders-1");
    viewer.type("r");
    await viewer.shows("actor△", "/users/users-9");
    viewer.type("/users-7\r");
    await viewer.shows("1–1 of 1", "/users/users-7");
    viewer.type("\r");
    await viewer.shows('"basket": "users-7"');
    viewer.type("6");
    await viewer.shows("none");
    viewer.type("\x1b");
    await viewer.shows("[6 instruments]", "orders", "route=/basket", "7");
    viewer.type("2");
    await viewer.shows("This program shows no sessions");
    viewer.type("p");
    await viewer.shows("paused");
    viewer.type("?");
    await viewer.shows("sort by another column");
    viewer.type("q");
    assertEquals((await viewer.screen.exit()).code, 0);
    assert(viewer.screen.text.endsWith(LEFT));
  },
);

Deno.test(
  "a terminal of another size has another drawing, and Ctrl-C gives it back",
  onPty,
  async () => {
    await using program = await Program.start();
    await using ptys = new Ptys();
    await using viewer = await Viewer.on(ptys, program.url);
    await viewer.shows("below");
    await viewer.screen.attachment.resize({ columns: 60, rows: 12 });
    await viewer.screen.until(() =>
      viewer.drawn.includes("waiting") && !viewer.drawn.includes("below")
    );
    assertEquals(viewer.drawn.split("\r\n").length, 12);
    viewer.type("\x03");
    assertEquals((await viewer.screen.exit()).code, 130);
    assert(viewer.screen.text.endsWith(LEFT));
  },
);

Deno.test(
  "when the program is gone, the view says so and comes back with it",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const program = await Program.start();
    await using viewer = await Viewer.on(ptys, program.url);
    await viewer.shows("live", "▸ orders");
    await program[Symbol.asyncDispose]();
    await viewer.shows(
      "not connected (nothing listens there), reconnecting",
      "▸ orders",
    );
    await using _again = await Program.start(program.port);
    await viewer.shows("live", "62 actors");
    viewer.type("q");
    assertEquals((await viewer.screen.exit()).code, 0);
  },
);

Deno.test(
  "in a pipe, the view is a table that is printed once",
  bounded,
  async () => {
    await using program = await Program.start();
    const { code, out, err } = await run(
      program.url,
      "--sort",
      "path",
      "--filter",
      "users-1",
      "--limit",
      "3",
    );
    assertEquals([code, err], [0, ""]);
    const lines = out.trimEnd().split("\n");
    const table = lines.slice(lines.findIndex((line) => /^actor/.test(line)));
    assertEquals(table.map((line) => line.split(" ")[0]), [
      "actor▽",
      "/users/users-1",
      "/users/users-10",
      "/users/users-11",
      "…",
    ]);
    // Rates, which take two looks.
    assert(/62 actors · 0 waiting · \d+ msg\/s/.test(out), out);
    assert(!out.includes("\x1b"));
    const instruments = await run(
      program.url,
      "--once",
      "--view",
      "instruments",
    );
    assert(/^orders +route=\/basket +counter +7$/m.test(instruments.out));
  },
);

Deno.test(
  "an address that cannot be watched is refused with what is wrong",
  bounded,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port: free } = listener.addr;
    listener.close();
    const pages: Record<string, () => Response> = {
      "/html/events": () =>
        new Response("<html>", { headers: { "content-type": "text/html" } }),
      "/gone/events": () => new Response("Not found", { status: 404 }),
      "/closed/events": () => new Response("Host is wrong\n", { status: 403 }),
      "/broken/events": () => new Response("down", { status: 502 }),
    };
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      ({ url }) => pages[new URL(url).pathname]?.() ?? new Response("no"),
    );
    const at = `127.0.0.1:${server.addr.port}`;
    for (
      const [args, code, text] of [
        [[`127.0.0.1:${free}`], 1, "nothing listens there"],
        [[`${at}/html`], 1, "no page of serveMetrics"],
        [[`${at}/gone/`], 1, "no page of serveMetrics"],
        [[`${at}/closed`], 1, "refuses this address (403: Host is wrong)"],
        [[`${at}/broken`], 1, "the response is 502, down"],
        [["127.0.0.1:9"], 1, "serve the page on another port"],
        [[], 2, "The address of a page is missing"],
        [["a", "b"], 2, "There are 2 addresses"],
        [["ftp://host"], 2, "is no address"],
        [["a", "--onec"], 2, "did you mean --once?"],
        [["a", "--view", "actor"], 2, "did you mean actors?"],
        [["a", "--sort", "mailbxo"], 2, "did you mean mailbox?"],
        [["a", "--limit", "0"], 2, "a whole number from 1 to 500"],
      ] as const
    ) {
      const result = await run(...args);
      assertEquals(result.code, code, result.err);
      assert(result.err.includes(text), result.err);
      assertEquals(result.out, "");
    }
    const help = await run("--help");
    assertEquals(help.code, 0);
    assert(help.out.includes("deno task watch [options] URL"));
  },
);

/** What a page has that is of another version, or none. */
const REPLY = JSON.stringify({
  view: "v",
  renewMs: 5000,
  data: { type: "overview", actors: null, sessions: null, terminals: null },
});
const EVENTS = { headers: { "content-type": "text/event-stream" } };

/** Serves a stream of events beside something that is wrong. */
function serveBeside(
  respond: (path: string) => Response | BodyInit,
  firstEvent = "",
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, onError: () => abrupt() },
    ({ url }) => {
      const { pathname: path, searchParams } = new URL(url);
      if (path === "/events") {
        if (searchParams.get("follow") === "false") {
          return new Response("", EVENTS);
        }
        const endless = new ReadableStream<Uint8Array>({
          start: (stream) =>
            stream.enqueue(new TextEncoder().encode(`:\n\n${firstEvent}`)),
        });
        return new Response(endless, EVENTS);
      }
      const response = respond(path);
      return response instanceof Response ? response : new Response(response);
    },
  );
}

function abrupt(): Response {
  return new Response(
    new ReadableStream({ start: (stream) => stream.error(new Error("cut")) }),
  );
}

function withoutEnd(): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(65_536).fill(97);
  return new ReadableStream({ pull: (stream) => stream.enqueue(piece) });
}

for (
  const [what, respond, text] of [
    ["an endless refusal", () => new Response(withoutEnd(), { status: 500 })],
    ["a response that is cut off", abrupt],
    [
      "what is of another version",
      (path: string) => path === "/watch" ? REPLY : "{}",
      "it may be of another version",
    ],
  ] as const
) {
  Deno.test(
    `a page with ${what} cannot be watched, and says so`,
    bounded,
    async () => {
      await using server = serveBeside(respond);
      const { code, out, err } = await run(`127.0.0.1:${server.addr.port}`);
      assertEquals([code, out], [1, ""], err);
      assert(err.startsWith("Cannot "), err);
      assert(err.includes(text ?? "Cannot watch"), err);
    },
  );
}

Deno.test(
  "what cannot be shown gives the terminal back, and says so",
  onPty,
  async () => {
    await using server = serveBeside(
      (path) =>
        path === "/watch" ? REPLY : new Response("none yet", { status: 503 }),
      "event: snapshot\ndata: {}\n\n",
    );
    await using ptys = new Ptys();
    const url = `http://127.0.0.1:${server.addr.port}/`;
    await using viewer = await Viewer.on(ptys, url);
    assertEquals((await viewer.screen.exit()).code, 1);
    const [, after = ""] = viewer.screen.text.split(LEFT);
    assert(after.includes("it may be of another version"), after);
  },
);

Deno.test(
  "Ctrl-C while nothing responds yet is no error",
  onPty,
  async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { promise: never, reject } = Promise.withResolvers<Response>();
    await using server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen() {},
        onError: () => abrupt(),
      },
      () => {
        resolve();
        return never;
      },
    );
    await using ptys = new Ptys();
    const url = `http://127.0.0.1:${server.addr.port}/`;
    await using viewer = await Viewer.on(ptys, url);
    await asked;
    viewer.type("\x03");
    assertEquals((await viewer.screen.exit()).code, 130);
    assertEquals(viewer.screen.text.replace("^C", "").trim(), "");
    reject(new Error("nobody waits"));
  },
);

Deno.test(
  "a large view of another client does not cut the stream of events",
  onPty,
  async () => {
    const large = { view: "other", data: { text: "x".repeat(3 * 2 ** 20) } };
    await using server = serveBeside(
      (path) =>
        path === "/watch" ? REPLY : new Response("none yet", { status: 503 }),
      `event: watch\ndata: ${JSON.stringify(large)}\n\n` +
        `event: load\ndata: ${
          JSON.stringify(loadEventOf(SCENARIO, loadProgress(20)))
        }\n\n`,
    );
    await using ptys = new Ptys();
    const url = `http://127.0.0.1:${server.addr.port}/`;
    await using viewer = await Viewer.on(ptys, url);
    await viewer.shows("live", "steady");
    viewer.type("q");
    assertEquals((await viewer.screen.exit()).code, 0);
    assert(!viewer.screen.text.includes("not connected"));
  },
);
