// Who may ask, what is refused, and that nothing a stranger sends is a 500.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bounded } from "../../support/net.ts";
import { isSlow } from "../../support/slow.ts";
import { collection } from "../../../src/store/schema/collection.ts";
import { text } from "../../../src/store/schema/fields.ts";
import { openTestStore, users } from "../support/served_test_store.ts";

const store = await openTestStore({
  http: {
    origins: ["https://app.example"],
    maxBodyBytes: 20_000,
    maxAllBodiesBytes: 30_000,
    maxJsonDepth: 8,
    maxBatch: 3,
  },
});
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
Deno.test.beforeEach(() => store.clear());

const TASKS = "/api/collections/tasks/records";

/** The status of a response, its headers and its body as JSON. */
async function ask(
  path: string,
  init: RequestInit = {},
): Promise<
  { status: number; headers: Headers; body: Record<string, unknown> }
> {
  const response = await fetch(`${store.url}${path}`, init);
  const text = await response.text();
  const body = text === "" ? {} : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}

/** Sends bytes as they are, and returns the status that comes back. */
async function raw(text: string): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: store.port });
  await conn.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(65_536);
  const count = await conn.read(buffer) ?? 0;
  const head = new TextDecoder().decode(buffer.subarray(0, count));
  return Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
}

const JSON_HEADERS = { "content-type": "application/json" };

Deno.test(
  "A request by another name is refused, as is one from a page elsewhere",
  bounded,
  async () => {
    assertEquals(
      await raw(`GET ${TASKS} HTTP/1.1\r\nhost: evil.example\r\n\r\n`),
      403,
    );
    const foreign = await ask(TASKS, {
      headers: { origin: "https://evil.example" },
    });
    assertEquals([foreign.status, foreign.body["code"]], [403, "wrong_origin"]);
    assertEquals(foreign.headers.get("access-control-allow-origin"), null);
    const image = await ask(TASKS, {
      headers: { "sec-fetch-site": "cross-site" },
    });
    assertEquals(image.status, 403);
  },
);

Deno.test(
  "A page of a listed origin may use the store, and browsers hear so",
  bounded,
  async () => {
    const origin = "https://app.example";
    const response = await ask(TASKS, { headers: { origin } });
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("access-control-allow-origin"), origin);
    assertEquals(
      response.headers.get("access-control-allow-credentials"),
      null,
    );
    assert(response.headers.get("vary")?.includes("origin"));
    const asked = await ask(TASKS, { method: "OPTIONS", headers: { origin } });
    assertEquals(asked.status, 204);
    assertEquals(
      asked.headers.get("access-control-allow-methods"),
      "GET, HEAD, POST, OPTIONS",
    );
    const error = await ask("/api/nothing", { headers: { origin } });
    assertEquals(error.headers.get("access-control-allow-origin"), origin);
  },
);

Deno.test(
  "A route says which methods it has, HEAD has no body, and all else is a 404",
  bounded,
  async () => {
    const wrong = await ask(TASKS, { method: "PUT" });
    assertEquals(wrong.status, 405);
    assertEquals(wrong.headers.get("allow"), "GET, HEAD, POST");
    const head = await fetch(`${store.url}${TASKS}`, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
    for (
      const path of [
        "/",
        "/api",
        "/api/",
        "/api/collections",
        "/api/collections/tasks",
        "/api/collections/%00/records",
        "/api/collections/%zz/records",
        "/api/collections/_changes/records",
        "/api/collections/__proto__/records",
        `${TASKS}/${"a".repeat(15)}/more`,
      ]
    ) assertEquals((await ask(path)).status, 404, path);
  },
);

Deno.test(
  "A problem has what RFC 9457 and PocketBase's client look for",
  bounded,
  async () => {
    const { status, headers, body } = await ask(TASKS, {
      method: "POST",
      headers: JSON_HEADERS,
      body: `{"points":-1}`,
    });
    assertEquals(status, 400);
    assertEquals(headers.get("content-type"), "application/problem+json");
    assertEquals(Object.keys(body).sort(), [
      "code",
      "data",
      "detail",
      "message",
      "status",
      "title",
      "type",
    ]);
    assertEquals([body["status"], body["code"]], [400, "invalid"]);
    assertEquals(body["message"], body["detail"]);
  },
);

Deno.test(
  "A body that is too large, too deep or of another type is refused",
  bounded,
  async () => {
    const post = (body: string, type = "application/json") =>
      ask(TASKS, { method: "POST", headers: { "content-type": type }, body });
    assertEquals((await post(`{"title":"${"x".repeat(30_000)}"}`)).status, 413);
    const deep = `{"title":"A","details":${"[".repeat(20)}${"]".repeat(20)}}`;
    assertEquals((await post(deep)).status, 400);
    assertEquals((await post(`{"title":"A"}`, "text/plain")).status, 415);
    assertEquals((await post(`{"title":`)).status, 400);
    assertEquals((await post(`{"__proto__":{"title":"A"}}`)).status, 400);
    const nul = await post(`{"title":"a\\u0000b"}`);
    assertEquals(nul.status, 400);
    const batch = {
      requests: new Array(4).fill({ method: "POST", url: TASKS }),
    };
    const many = await ask("/api/batch", {
      method: "POST",
      headers: JSON_HEADERS,
      body: JSON.stringify(batch),
    });
    assertEquals(many.status, 400);
  },
);

Deno.test(
  "A store without mails says so, and a rule that fails is a fault of the program",
  bounded,
  async () => {
    const broken = collection("broken", {
      fields: { title: text() },
      rules: {
        list: () => {
          throw new Error("A fault of the program");
        },
      },
    });
    await using plain = await openTestStore({
      hasMail: false,
      collections: [users, broken],
    });
    const path = `${plain.url}/api/collections/users/request-verification`;
    const mail = await fetch(path, {
      method: "POST",
      headers: JSON_HEADERS,
      body: `{"email":"ann@example.com"}`,
    });
    assertEquals(mail.status, 501);
    assertEquals((await mail.json()).code, "not_implemented");
    // It goes to the log of the program, and not to whoever asks.
    const { error } = console;
    const logged: unknown[] = [];
    console.error = (...values) => void logged.push(...values);
    try {
      const list = `${plain.url}/api/collections/broken/records`;
      const failed = await fetch(list);
      assertEquals(failed.status, 500);
      assert(!(await failed.text()).includes("A fault"));
      assertEquals(logged.length, 2);
    } finally {
      console.error = error;
    }
  },
);

Deno.test(
  "Slow bodies hold the memory of all, and no more; what is over it is refused for now",
  bounded,
  async () => {
    const open = await Promise.all(Array.from({ length: 2 }, async () => {
      const conn = await Deno.connect({ port: store.port });
      const body = "x".repeat(15_000);
      await conn.write(new TextEncoder().encode(
        `POST ${TASKS} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 19000\r\n\r\n${body}`,
      ));
      return conn;
    }));
    let status = 0;
    // The two above are read at their own pace.
    while (status !== 503) {
      const response = await ask(TASKS, {
        method: "POST",
        headers: JSON_HEADERS,
        body: `{"title":"A","details":"${"x".repeat(3000)}"}`,
      });
      status = response.status;
      if (status === 503) {
        assertEquals(response.headers.get("retry-after"), "1");
      }
    }
    assertEquals((await ask(TASKS)).status, 200);
    for (const conn of open) conn.close();
    while (status !== 200) {
      status = (await ask(TASKS, {
        method: "POST",
        headers: JSON_HEADERS,
        body: `{"title":"A","details":"${"x".repeat(3000)}"}`,
      })).status;
    }
  },
);

Deno.test(
  "Nothing that a stranger sends is a 500, and the store goes on",
  bounded,
  async () => {
    const words = fc.constantFrom(
      "tasks",
      "users",
      "notes",
      "_superusers",
      "_changes",
      "records",
      "realtime",
      "batch",
      "auth-with-password",
      "auth-refresh",
      "confirm-verification",
      "request-password-reset",
      "..",
      "%2e%2e",
      "%00",
      "%",
      "'",
      '"',
      "*",
      "~",
    );
    const path = fc.array(fc.oneof(words, fc.string({ maxLength: 12 })), {
      maxLength: 5,
    }).map((parts) => `/api/${parts.map(encodeOnce).join("/")}`);
    const known = fc.constantFrom(
      TASKS,
      `${TASKS}/${"a".repeat(15)}`,
      "/api/collections/users/records",
      "/api/collections/users/auth-with-password",
      "/api/collections/users/confirm-password-reset",
      "/api/realtime",
      "/api/batch",
    );
    const name = fc.constantFrom(
      "filter",
      "sort",
      "expand",
      "fields",
      "page",
      "perPage",
      "skipTotal",
      "cursor",
      "topic",
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "title ~ 'a' && (",
        "@request.auth.id = ''",
        "owner.owner.owner = 1",
        "-9999999999999999",
        "1e9",
        "@random",
        "tasks_via_owner",
        "*,*,*",
        "id = id",
        "created > @now",
        "details.a.b = 1",
        "tags:each = 'red'",
        "((((((((((((((((((((1=1",
        "passwordHash ~ 'a'",
        "_key0 = 1",
      ),
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object({ maxDepth: 3 }).map((some) => JSON.stringify(some)),
      fc.record({
        title: fc.anything(),
        points: fc.anything(),
        owner: fc.anything(),
        tags: fc.anything(),
        details: fc.anything(),
        email: fc.anything(),
        password: fc.anything(),
        identity: fc.anything(),
        token: fc.anything(),
        clientId: fc.anything(),
        subscriptions: fc.anything(),
        requests: fc.anything(),
      }, { requiredKeys: [] }).map(jsonOf),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(known, path),
        fc.constantFrom("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"),
        fc.array(fc.tuple(name, value), { maxLength: 3 }),
        body,
        fc.constantFrom(
          "application/json",
          "multipart/form-data; boundary=x",
          "multipart/form-data",
          "text/plain",
          "",
        ),
        fc.constantFrom("", "Bearer x", "x.y.z", "troupe_key_x"),
        async (path, method, query, body, type, authorization) => {
          const search = new URLSearchParams(query);
          const response = await fetch(`${store.url}${path}?${search}`, {
            method,
            headers: { "content-type": type, authorization },
            ...(method === "GET" ? {} : { body }),
          });
          await response.body?.cancel();
          assert(
            response.status < 500 || response.status === 501,
            `${method} ${path}?${search} ${body}: ${response.status}`,
          );
        },
      ),
      { numRuns: isSlow ? 20_000 : 300 },
    );
    assertEquals((await ask(TASKS)).status, 200);
  },
);

function encodeOnce(part: string): string {
  return part.includes("%") ? part : encodeURIComponent(part.toWellFormed());
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "{}";
  }
}

Deno.test(
  "Random bytes on the socket do the store no harm",
  bounded,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        using conn = await Deno.connect({ port: store.port });
        await conn.write(
          new Uint8Array([
            ...new TextEncoder().encode(
              `POST ${TASKS} HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: ${bytes.length}\r\n\r\n`,
            ),
            ...bytes,
          ]),
        );
        const buffer = new Uint8Array(4096);
        const count = await conn.read(buffer) ?? 0;
        const head = new TextDecoder().decode(buffer.subarray(0, count));
        assert(/^HTTP\/1\.1 4\d\d/.test(head), head);
      }),
      { numRuns: isSlow ? 2000 : 50 },
    );
    assertEquals((await ask(TASKS)).status, 200);
  },
);
