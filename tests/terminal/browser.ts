/**
 * A headless Chromium, whose complaints are a test's failures.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import type { Grant } from "../../src/terminal/access/tickets.ts";
import type { Served } from "./served.ts";

const EXECUTABLE = "/usr/bin/chromium";

function missing(): string | undefined {
  try {
    Deno.statSync(EXECUTABLE);
    return undefined;
  } catch {
    return `${EXECUTABLE} is missing`;
  }
}

const reason = missing();
if (reason !== undefined) console.warn(`Browsers are not tested: ${reason}`);

/** Options of a test in a browser, which is skipped where there is none. */
export const inBrowser: {
  readonly timeout: number;
  readonly ignore: boolean;
} = { timeout: 60_000, ignore: reason !== undefined };

/** Options of a test in a browser that runs a program, if there is one. */
export function inBrowserWith(program: string): typeof inBrowser {
  const isThere = (Deno.env.get("PATH") ?? "").split(":").some((directory) => {
    try {
      return Deno.statSync(`${directory}/${program}`).isFile;
    } catch {
      return false;
    }
  });
  if (!isThere) console.warn(`${program} is not tested: it is not installed`);
  return { ...inBrowser, ignore: inBrowser.ignore || !isThere };
}

/** A page of a browser, which ends with the test. */
export class TestBrowser implements AsyncDisposable {
  readonly page: Page;
  /** Errors on the console and violations of the policy, so far. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #end: () => Promise<void>;

  private constructor(
    browser: Browser,
    page: Page,
    end: () => Promise<void>,
  ) {
    this.#browser = browser;
    this.#end = end;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "info" || message.type() === "log") return;
      this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(`${error}`));
  }

  static async open(options?: BrowserContextOptions): Promise<TestBrowser> {
    const browser = await chromium.launch({
      executablePath: EXECUTABLE,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
    });
    const context = await browser.newContext(options);
    const end = () => browser.close();
    return new TestBrowser(browser, await context.newPage(), end);
  }

  /** Another tab, with the cookies of this one. */
  async tab(): Promise<TestBrowser> {
    const page = await this.page.context().newPage();
    return new TestBrowser(this.#browser, page, () => page.close());
  }

  /** The page of another user, with other cookies. */
  async somebodyElse(): Promise<TestBrowser> {
    const context = await this.#browser.newContext();
    const end = () => context.close();
    return new TestBrowser(this.#browser, await context.newPage(), end);
  }

  /**
   * Follows a link with a ticket, and waits until the terminal is attached;
   * `host` is that of a proxy.
   */
  async enter(
    { terminal, host: own }: Served,
    grant: Partial<Grant> = {},
    host: string = own,
  ): Promise<void> {
    const { role = "control", session } = grant;
    const ticket = terminal.ticket({ role, session });
    await this.open(`http://${host}/#ticket=${ticket}`);
  }

  /** Opens an address, and waits until the terminal is attached. */
  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.phase("connected");
  }

  /** Waits until the page shows a phase. */
  async phase(phase: string): Promise<void> {
    await this.page.waitForSelector(`#state[data-phase=${phase}]`);
  }

  /** Waits until the terminal shows a text. */
  async shows(text: string | RegExp): Promise<void> {
    await this.page.locator(".xterm-rows", { hasText: text }).waitFor();
  }

  /** The text of the terminal, line by line, up to the last that has some. */
  async lines(): Promise<string[]> {
    const rows = await this.page.locator(".xterm-rows > div").allTextContents();
    const lines = rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  /** Fails if the browser has complained of anything. */
  assertQuiet(): void {
    assertEquals(this.complaints, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
