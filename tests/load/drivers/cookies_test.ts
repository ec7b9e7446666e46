import { assertEquals } from "@std/assert";
import { httpDriver } from "../../../src/load/drivers/http.ts";
import { bounded } from "../../support/net.ts";
import { call, openUser } from "./calls.ts";

/** Says which cookies a request has; `/in` sets two, and redirects. */
function respond(request: Request): Response {
  const { pathname } = new URL(request.url);
  const cookie = request.headers.get("cookie");
  if (pathname !== "/in") return Response.json(cookie);
  const headers = new Headers({ location: "/out" });
  headers.append("set-cookie", "session=a b; HttpOnly; Path=/");
  headers.append("set-cookie", "theme=dark; Path=/out");
  return new Response(null, { status: 302, headers });
}

// HTTP/1.1 over connections of our own, and over `fetch`.
for (
  const [name, options] of [
    ["connections of our own", {}],
    ["fetch", { client: { poolMaxIdlePerHost: 2 } }],
  ] as const
) {
  Deno.test(
    `each user has cookies of its own over ${name}, those of redirects included`,
    bounded,
    async () => {
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        respond,
      );
      const url = (path: string) =>
        `http://127.0.0.1:${server.addr.port}${path}`;
      const driver = httpDriver(options);
      await using user = await openUser(driver);
      await using other = await openUser(driver);
      const cookies = async (request: object, of = user) =>
        (await of.perform(call(request))).body;
      assertEquals(await cookies({ url: url("/") }), null);
      assertEquals(
        await cookies({ url: url("/in") }),
        "theme=dark; session=a b",
      );
      assertEquals(await cookies({ url: url("/") }), "session=a b");
      assertEquals(await cookies({ url: url("/"), cookies: false }), null);
      assertEquals(
        await cookies({ url: url("/"), headers: { cookie: "own=1" } }),
        "own=1",
      );
      assertEquals(await cookies({ url: url("/") }, other), null);
      await cookies({ url: url("/in"), cookies: false }, other);
      assertEquals(await cookies({ url: url("/") }, other), null);
    },
  );

  Deno.test(
    `an outcome over ${name} has headers and cookies if they are wanted`,
    bounded,
    async () => {
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        respond,
      );
      await using user = await openUser(httpDriver(options));
      const url = `http://127.0.0.1:${server.addr.port}/in`;
      const request = { url, redirect: "manual" };
      const plain = await user.perform(call(request));
      assertEquals([plain.headers, plain.cookies], [undefined, undefined]);
      const { headers, cookies } = await user.perform({
        ...call(request),
        wantsHeaders: true,
      });
      assertEquals(headers?.location, "/out");
      assertEquals(cookies, { session: "a b" });
    },
  );
}
