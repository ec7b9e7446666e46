/**
 * Programs that serve a terminal, run as others would run them, and browsers
 * that follow their links.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { attachPath } from "../../src/terminal/attach/attach_request.ts";
import { SUBPROTOCOL } from "../../src/terminal/attach/protocol.ts";
import { Viewer } from "../terminal/served.ts";

const ROOT = new URL("../../", import.meta.url);

/** A program that serves a terminal; it is ended with the test. */
export class Example implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly #browsers: Browser[] = [];
  #hasEnded = false;

  constructor(
    args: readonly string[],
    { source = "", env = {} }: {
      readonly source?: string;
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...args],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", ...env },
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    this.#stderr = new Response(this.#child.stderr).text();
    ReadableStream.from([new TextEncoder().encode(source)])
      .pipeTo(this.#child.stdin).catch(() => {});
  }

  /** Runs an example with the permissions that its first comment states. */
  static async run(
    name: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Example> {
    const path = `examples/${name}`;
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const [, permissions = ""] = text.match(/Permissions: (.*)/) ?? [];
    // How to run it says the same, in a line of its own.
    assert(text.includes(`\n * deno run ${permissions} ${path}\n`), name);
    return new Example([...permissions.split(" "), path], { env });
  }

  /** The lines up to one that begins with a text. */
  async until(start: string): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`It has ended: ${await this.#stderr}`);
      lines.push(value);
      if (value.startsWith(start)) return lines;
    }
  }

  /** What is left to read. */
  async rest(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.read();
      if (done) return lines;
      lines.push(value);
    }
  }

  /** Uses the link in a line; `cookie` is one that the browser has already. */
  async follow(line: string | undefined, cookie = ""): Promise<Browser> {
    const link = line?.match(/(http:.*)#ticket=(.*)/);
    assert(link, line);
    const [, at = "", ticket = ""] = link;
    const browser = await Browser.login(at, ticket, cookie);
    this.#browsers.push(browser);
    return browser;
  }

  /** Waits for its end, after a signal if there is one. */
  async end(
    signal?: Deno.Signal,
  ): Promise<{ readonly code: number; readonly stderr: string }> {
    if (signal !== undefined) this.#child.kill(signal);
    const { code } = await this.#child.status;
    this.#hasEnded = true;
    return { code, stderr: await this.#stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const browser of this.#browsers) browser.close();
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#stderr;
    await this.#lines.cancel();
  }
}

/** What a browser does after it has followed a link. */
export class Browser {
  readonly #at: string;
  readonly #cookie: string;
  readonly #sockets: WebSocket[] = [];

  private constructor(at: string, cookie: string) {
    this.#at = at;
    this.#cookie = cookie;
  }

  /** Uses a ticket for a terminal that is served at an address. */
  static async login(
    at: string,
    ticket: string,
    earlier = "",
  ): Promise<Browser> {
    const { status, headers } = await new Browser(at, earlier)
      .post("login", { ticket });
    assertEquals(status, 200);
    const [cookie = ""] = headers.get("set-cookie")?.split(";") ?? [];
    return new Browser(at, earlier === "" ? cookie : `${earlier}; ${cookie}`);
  }

  /** Asks for something; the answer was read. */
  async post(path: string, fields: unknown): Promise<Response> {
    const response = await fetch(this.#at + path, {
      method: "POST",
      headers: { ...this.#headers(), "content-type": "application/json" },
      body: JSON.stringify(fields),
    });
    await response.body?.cancel();
    return response;
  }

  /** The sessions that it may see. */
  async sessions(): Promise<{ id: string; command: string; pid: number }[]> {
    const headers = this.#headers();
    const response = await fetch(`${this.#at}sessions`, { headers });
    return (await response.json()).sessions;
  }

  /** Opens the terminal of a session. */
  async open(
    sessionId: string,
  ): Promise<{ viewer: Viewer; role: string }> {
    const clientId = crypto.randomUUID();
    const path = attachPath({ sessionId, clientId, offset: undefined });
    const socket = new WebSocket(this.#at.replace("http", "ws") + path, {
      protocols: [SUBPROTOCOL],
      headers: this.#headers(),
    });
    this.#sockets.push(socket);
    const viewer = new Viewer(socket);
    const { role } = await viewer.next("role");
    return { viewer, role };
  }

  /** Closes its sockets. */
  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #headers(): Record<string, string> {
    return { cookie: this.#cookie, origin: new URL(this.#at).origin };
  }
}

/** Reads output until it has a text. */
export async function shows(viewer: Viewer, text: string): Promise<void> {
  const decoder = new TextDecoder();
  for (let shown = ""; !shown.includes(text);) {
    const { bytes } = await viewer.next("output");
    shown += decoder.decode(bytes, { stream: true });
  }
}
