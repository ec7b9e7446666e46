// The page of a store, in a real browser.
import { assert, assertEquals } from "@std/assert";
import { auditPage } from "../../metrics/axe.ts";
import { inBrowser, TestBrowser } from "../../terminal/browser.ts";
import { notes, servePage, users } from "./served_page.ts";

Deno.test(
  "in a browser, the page of a store finds, creates, changes and deletes records",
  inBrowser,
  async () => {
    await using served = await servePage();
    const { data, address } = served;
    const all = data.collection(notes);
    for (let i = 1; i <= 35; i++) {
      await all.create({ title: `Note ${i}`, level: i, done: i % 2 === 0 });
    }
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await page.goto(`${address}${served.page.link()}`);
    await page.getByLabel("Collection").selectOption("notes");
    await page.getByText("page 1 of 2, 35 records").waitFor();
    assertEquals(new URL(page.url()).hash, "");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("page 2 of 2").waitFor();
    await page.getByLabel("Filter").fill("level > 33 && tittle = 1");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("did you mean title").waitFor();
    // What is wrong is shown at its place.
    const wrong = await page.locator("#view-records .wrong").textContent();
    assertEquals(wrong?.split("\n").slice(0, 2), [
      "level > 33 && tittle = 1",
      `${" ".repeat(14)}^`,
    ]);
    assertEquals(await auditPage(page), []);
    await page.getByLabel("Filter").fill("level > 33");
    await page.getByLabel("Sort").fill("-level");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("page 1 of 1, 2 records").waitFor();
    const cells = await page.locator("#view-records tbody td:nth-child(2)")
      .allTextContents();
    assertEquals(cells, ["Note 35", "Note 34"]);

    await page.getByRole("button", { name: "New record" }).click();
    const json = page.getByLabel("The record as JSON");
    await json.fill('{ "level": -1 }');
    await page.getByRole("button", { name: "Create" }).click();
    await page.locator("dialog [role=alert]", { hasText: "level:" }).waitFor();
    await json.fill('{ "title": "Made here", "level": 40 }');
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("page 1 of 1, 3 records").waitFor();
    const { items: [made] } = await all.list({ filter: "level = 40" });
    await page.getByRole("button", { name: `${made?.id}` }).click();
    await json.fill('{ "title": "Changed" }');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("cell", { name: "Changed" }).waitFor();
    await page.getByRole("button", { name: `${made?.id}` }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("page 1 of 1, 2 records").waitFor();
    assertEquals(await all.count({ filter: "level = 40" }), 0);
    assertEquals(await auditPage(page), []);
    // What was refused is a complaint of the browser alone.
    assert(browser.complaints.every((text) => text.includes("400")));
  },
);

Deno.test(
  "in a browser, the page of a store misses no change across a cut",
  inBrowser,
  async () => {
    await using served = await servePage();
    const all = served.data.collection(notes);
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await page.goto(`${served.address}${served.page.link()}`);
    await page.getByLabel("Collection").selectOption("notes");
    await page.getByRole("tab", { name: "Live changes" }).click();
    await page.getByText("connected: 0 changes").waitFor();
    await all.create({ title: "before" });
    await page.getByText("connected: 1 changes").waitFor();
    await served.restart(async () => {
      await all.create({ title: "meanwhile" });
    });
    await all.create({ title: "after" });
    await page.getByText("connected: 3 changes").waitFor();
    const titles = await page.locator("#view-changes tbody td:nth-child(4)")
      .allTextContents();
    const found = titles.map((text) => /"title":"(\w+)"/.exec(text)?.[1]);
    assertEquals(found, ["after", "meanwhile", "before"]);
  },
);

Deno.test(
  "in a browser, the page of a store shows fields, rules, users, functions and slow queries",
  inBrowser,
  async () => {
    await using served = await servePage();
    const { data, address } = served;
    const login = { email: "ann@example.com", password: "correct horse" };
    const { id } = await data.collection(users).create(login);
    await data.auth.authWithPassword("users", login.email, login.password);
    await data.auth.createSuperuser("root@example.com", "a long password");
    await data.collection(notes).list({ filter: "title = 'secret'" });
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await page.goto(`${address}/_/`);
    await page.getByLabel("E-mail").fill("root@example.com");
    await page.getByLabel("Password").fill("wrong");
    assertEquals(await auditPage(page), []);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
    await page.getByLabel("Password").fill("a long password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Collection").selectOption("notes");

    await page.getByRole("tab", { name: "Fields and rules" }).click();
    await page.getByText("done = true").waitFor();
    await page.getByText("superusers alone").first().waitFor();
    assertEquals(await auditPage(page), []);

    await page.getByRole("tab", { name: "Users" }).click();
    await page.getByRole("button", { name: "Sessions" }).click();
    await page.getByRole("button", { name: "End" }).click();
    await page.getByText("None is open.").waitFor();
    assertEquals(await data.auth.sessionsOf("users", id), []);
    assertEquals(await auditPage(page), []);

    await page.getByRole("tab", { name: "Functions" }).click();
    await page.getByLabel("Input as JSON").fill('{ "title": "By a function" }');
    await page.getByRole("button", { name: "Call as superuser" }).click();
    await page.locator("pre", { hasText: /^15\s/ }).waitFor();
    assertEquals(await data.collection(notes).count(), 1);
    assertEquals(await auditPage(page), []);

    await page.getByRole("tab", { name: "Slow queries" }).click();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("title = ?").first().waitFor();
    assert(!(await page.content()).includes("secret"));
    assertEquals(await auditPage(page), []);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Sign in as a superuser").waitFor();
    await page.reload();
    await page.getByText("Sign in as a superuser").waitFor();
    assert(browser.complaints.every((text) => /40\d/.test(text)));
  },
);
