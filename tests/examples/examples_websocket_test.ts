import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { findProgram } from "../support/programs.ts";
import { Example } from "../support/terminal_example.ts";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";

const node = findProgram("node");
const inBoth = { ...inBrowser, ignore: inBrowser.ignore || node === undefined };

/** Waits until a page shows so many lines, and returns them. */
async function linesOf(
  { page }: TestBrowser,
  count: number,
): Promise<string[]> {
  const lines = page.locator("#lines li");
  await lines.nth(count - 1).waitFor();
  return await lines.allTextContents();
}

async function say({ page }: TestBrowser, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

async function isIn({ page }: TestBrowser, phase: string): Promise<void> {
  await page.locator("#state", { hasText: phase }).waitFor();
}

Deno.test(
  "examples/browser_chat/main.ts serves pages that are cut and come back without a gap, and a program in Node",
  inBoth,
  async () => {
    await using example = await Example.run("browser_chat/main.ts");
    const [inPage = "", inNode = ""] = await example.until("Ctrl-C");
    const address = inPage.replace("In a browser: ", "");
    await using ada = await TestBrowser.open();
    await using bob = await TestBrowser.open();
    for (const browser of [ada, bob]) {
      await browser.page.goto(address);
      await isIn(browser, "connected");
    }
    await say(ada, "one");
    assertEquals(await linesOf(bob, 1), ["guest-1: one"]);
    // He is away for a while, and says something himself.
    await bob.page.check("#offline");
    await bob.page.click("#cut");
    await isIn(bob, "resuming");
    for (const text of ["two", "three", "four"]) await say(ada, text);
    await say(bob, "five");
    assertEquals((await linesOf(ada, 4)).length, 4);
    await bob.page.uncheck("#offline");
    await isIn(bob, "connected");
    const all = [
      "guest-1: one",
      "guest-1: two",
      "guest-1: three",
      "guest-1: four",
    ];
    assertEquals(await linesOf(bob, 5), [...all, "guest-2: five"]);
    assertEquals(await linesOf(ada, 5), [...all, "guest-2: five"]);

    const [program = "", ...args] = inNode.replace("In Node: ", "").split(" ");
    await using child = new Deno.Command(node ?? program, {
      args,
      cwd: new URL("../../", import.meta.url),
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const heard: string[] = [];
    while (!heard.includes("node: hello")) {
      const { value } = await lines.read();
      assert(value !== undefined, "Node has ended");
      heard.push(value);
    }
    assertEquals(heard.filter((line) => !line.startsWith("The session is")), [
      ...all,
      "guest-2: five",
      "node: hello",
    ]);
    assertEquals((await linesOf(ada, 6)).at(-1), "node: hello");
    child.kill("SIGINT");
    while (!(await lines.read()).done);
    assertEquals((await child.status).code, 0);
    ada.assertQuiet();
    assertEquals(await example.end("SIGINT"), { code: 0, stderr: "" });
  },
);
