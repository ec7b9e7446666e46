/**
 * A service that exits after a number of responses.
 *
 * @module
 */
const [limit = "Infinity"] = Deno.args;
let asked = 0;
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`listening on ${port}`),
}, () => {
  if (++asked > Number(limit)) Deno.exit(7);
  return new Response("done");
});
