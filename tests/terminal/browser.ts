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
import { findProgram } from "../support/programs.ts";
import type { Grant } from "../../src/terminal/access/grant_rules.ts";
import type { Served } from "./served.ts";

// The shell has the same engine, and opens a page for less than half the work.
const executablePath = findProgram("chromium-headless-shell") ??
  findProgram("chromium");
if (executablePath === undefined) {
  console.warn("Browsers are not tested: chromium is not installed");
}

/** One for all tests of a process: its start takes longer than most of them. */
const shared: Browser | undefined = executablePath === undefined
  ? undefined
  : await launch();

function launch(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath ?? "chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...more],
  });
}

/** Options of a test in a browser, which is skipped where there is none. */
export const inBrowser: {
  readonly timeout: number;
  readonly ignore: boolean;
} = { timeout: 60_000, ignore: shared === undefined };

/** Options of a test in a browser that runs a program, if there is one. */
export function inBrowserWith(program: string): typeof inBrowser {
  const isThere = findProgram(program) !== undefined;
  if (!isThere) console.warn(`${program} is not tested: it is not installed`);
  return { ...inBrowser, ignore: inBrowser.ignore || !isThere };
}

/** A page of a browser, which ends with the test. */
export class TestBrowser implements AsyncDisposable {
  readonly page: Page;
  /** Errors on the console and violations of the policy, so far. */
  readonly complaints: string[] = [];
  readonly #end: () => Promise<void>;

  private constructor(page: Page, end: () => Promise<void>) {
    this.#end = end;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "info" || message.type() === "log") return;
      this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(`${error}`));
  }

  /** The page of somebody who has no cookies yet. */
  static async open(options?: BrowserContextOptions): Promise<TestBrowser> {
    if (shared === undefined) throw new Error("Cannot open: no chromium");
    const context = await shared.newContext(options);
    const end = () => context.close();
    return new TestBrowser(await context.newPage(), end);
  }

  /**
   * The page of somebody for whom a name leads to this machine; for browsers, it
   * is not the same as `localhost`.
   */
  static async openAs(name: string): Promise<TestBrowser> {
    const browser = await launch(`--host-resolver-rules=MAP ${name} 127.0.0.1`);
    return new TestBrowser(await browser.newPage(), () => browser.close());
  }

  /** Another tab, with the cookies of this one. */
  async tab(): Promise<TestBrowser> {
    const page = await this.page.context().newPage();
    return new TestBrowser(page, () => page.close());
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
    const ticket = terminal.ticket({
      role: "control",
      session: "all",
      ...grant,
    });
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

  /**
   * Waits until an expression is true in the page, whose policy allows no page
   * to evaluate it by itself.
   */
  async until(expression: string): Promise<void> {
    const start = performance.now();
    while (await this.page.evaluate(expression) !== true) {
      if (performance.now() - start > 40_000) {
        throw new Error(`The page has never had ${expression}`);
      }
    }
  }

  /** Waits until the terminal shows a text. */
  async shows(text: string | RegExp): Promise<void> {
    await this.#finds(".xterm-rows", text);
  }

  /** Waits until one row of the terminal matches. */
  async showsRow(text: RegExp): Promise<void> {
    await this.#finds(".xterm-rows > div", text);
  }

  /** Waits for an element with a text; a failure says what there is. */
  async #finds(selector: string, hasText: string | RegExp): Promise<void> {
    try {
      await this.page.locator(selector, { hasText }).first().waitFor();
    } catch (cause) {
      const status = await this.page.locator("#state").textContent();
      const lines = [`page: ${status}`, ...await this.lines()];
      throw new Error(
        `The terminal does not show ${hasText}:\n${lines.join("\n")}`,
        { cause },
      );
    }
  }

  /** The text of the terminal, line by line, up to the last that has some. */
  async lines(): Promise<string[]> {
    const rows = await this.page.locator(".xterm-rows > div").allTextContents();
    const lines = rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  /** Waits until the terminal shows these lines, which may come in parts. */
  async showsLines(expected: () => Promise<readonly string[]>): Promise<void> {
    const start = performance.now();
    const text = (lines: readonly string[]) => lines.join("\n");
    while (text(await this.lines()) !== text(await expected())) {
      // Long enough for any machine, and shorter than a test may take.
      if (performance.now() - start > 40_000) {
        assertEquals(await this.lines(), await expected());
      }
    }
  }

  /** Fails if the browser has complained of anything. */
  assertQuiet(): void {
    assertEquals(this.complaints, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
