/**
 * A test that says its process id, and never ends.
 *
 * @module
 */
Deno.test("it never ends", async () => {
  console.log(`pid ${Deno.pid}`);
  setInterval(() => {}, 1000);
  await new Promise(() => {});
});
