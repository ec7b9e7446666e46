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

/** A browser with one page, which ends with the test. */
export class TestBrowser implements AsyncDisposable {
  readonly page: Page;
  /** Errors on the console and violations of the policy, so far. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
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
    return new TestBrowser(browser, await context.newPage());
  }

  /** Opens an address, and waits until the terminal is attached. */
  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.phase("connected");
  }

  /** Waits until the page says that it is in a phase. */
  async phase(phase: string): Promise<void> {
    await this.page.waitForSelector(`#state[data-phase=${phase}]`);
  }

  /** Waits until the terminal shows a text. */
  async shows(text: string): Promise<void> {
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
    await this.#browser.close();
  }
}
