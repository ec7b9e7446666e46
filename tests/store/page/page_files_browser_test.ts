// The page of a store with files, long values and many fields, on a phone.
import { assert, assertEquals } from "@std/assert";
import sharp from "sharp";
import { collection, file, text } from "../../../src/store/mod.ts";
import { auditPage } from "../../metrics/axe.ts";
import { inBrowser, TestBrowser } from "../../terminal/browser.ts";
import { servePage } from "./served_page.ts";

const photos = collection("photos", {
  fields: {
    title: text(),
    pictures: file({
      max: 3,
      types: ["image/png"],
      thumbs: ["40x40"],
      isProtected: true,
    }),
    ...Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`field${i}`, text()]),
    ),
  },
});

Deno.test(
  "in a browser, the page of a store takes files and shows them small, on a phone with many fields",
  inBrowser,
  async () => {
    // It has no accounts but superusers.
    await using served = await servePage([photos]);
    const all = served.data.collection(photos);
    const png = await sharp({
      create: { width: 300, height: 200, channels: 3, background: "#c22" },
    }).png().toBuffer();
    await using browser = await TestBrowser.open({
      viewport: { width: 390, height: 844 },
      colorScheme: "dark",
    });
    const { page } = browser;
    await page.goto(`${served.address}${served.page.link()}`);
    await page.getByText("No records.").waitFor();
    await page.getByRole("button", { name: "New record" }).click();
    await page.getByLabel("The record as JSON").fill(
      JSON.stringify({ title: "long ".repeat(400) }),
    );
    await page.getByLabel("pictures: add files").setInputFiles([
      { name: "one.png", mimeType: "image/png", buffer: png },
      { name: "two.png", mimeType: "image/png", buffer: png },
    ]);
    assertEquals(await auditPage(page), []);
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("page 1 of 1, 1 records").waitFor();
    const images = page.locator("#view-records td img");
    await images.nth(1).waitFor();
    // Each is the thumbnail itself, which its token has opened.
    await browser.until(
      `[...document.querySelectorAll("td img")].every((one) =>
        one.complete && one.naturalWidth === 40)`,
    );
    const { items: [record] } = await all.list();
    assertEquals(record?.pictures.length, 2);
    assertEquals(record?.title?.length, 2000);
    assertEquals(await auditPage(page), []);
    assert(
      await page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth",
      ),
    );
    // Others are added to those that there are.
    await page.getByRole("button", { name: record?.id ?? "" }).click();
    await page.getByLabel("pictures: add files").setInputFiles([
      { name: "three.png", mimeType: "image/png", buffer: png },
    ]);
    await page.getByRole("button", { name: "Save" }).click();
    await images.nth(2).waitFor();
    const after = await all.get(record?.id ?? "");
    assertEquals(after.pictures.length, 3);
    await page.getByRole("tab", { name: "Users" }).click();
    await page.getByRole("tab", { name: "Records" }).click();
    browser.assertQuiet();
  },
);
