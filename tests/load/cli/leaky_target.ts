/**
 * A service that says what it is told, and dies of a body.
 *
 * @module
 */
console.error(`starting with ${Deno.env.get("TROUPE_TEST_TOKEN")}`);
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`listening on ${port}`),
}, async (request) => {
  const token = request.headers.get("authorization") ?? "";
  if (request.method === "POST") {
    console.error(`dying of ${await request.text()}, ${token}`);
    Deno.exit(7);
  }
  return Response.json({ token, long: "x".repeat(30) + token });
});
