// What an attacker would try first with sessions, and with SQL.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bounded } from "../../support/net.ts";
import { isSlow } from "../../support/slow.ts";
import { partsOf } from "../../../src/store/store.ts";
import { openTestStore, tasks, users } from "../support/served_test_store.ts";

const PASSWORD = "correct horse";
const store = await openTestStore();
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
Deno.test.beforeEach(() => store.clear());

async function ask(
  method: string,
  path: string,
  headers?: Record<string, string>,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${store.url}/api/${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? {} : JSON.parse(text),
  };
}

Deno.test(
  "A login makes a new token, whatever token the request came with",
  bounded,
  async () => {
    const tokens = new Set<unknown>();
    const login = "collections/users/auth-with-password";
    for (const email of ["ann@example.com", "eve@example.com"]) {
      await store.data.collection(users).create({ email, password: PASSWORD });
    }
    const ofEve = await ask("POST", login, {}, {
      identity: "eve@example.com",
      password: PASSWORD,
    });
    const planted = `${ofEve.body["token"]}`;
    for (
      const headers of [
        { authorization: planted },
        { cookie: `troupe_session=${planted}` },
        { authorization: "made.up.token" },
      ]
    ) {
      const { body } = await ask("POST", login, headers, {
        identity: "ann@example.com",
        password: PASSWORD,
      });
      const token = body["token"];
      assert(typeof token === "string" && token !== planted);
      assert(!tokens.has(token));
      tokens.add(token);
      // The planted one is still that of Eve.
      const refreshed = await ask(
        "POST",
        "collections/users/auth-refresh",
        { authorization: planted },
      );
      assertEquals(Object(refreshed.body["record"]).email, "eve@example.com");
    }
  },
);

Deno.test(
  "Whatever is sent as a filter, an order, a field, an id or a name stays data",
  bounded,
  async () => {
    await store.data.collection(users).create({
      email: "ann@example.com",
      password: PASSWORD,
    });
    const { id } = await store.data.collection(tasks).create({ title: "kept" });
    const { engine } = partsOf(store.data);
    const schema = () =>
      engine.read({
        sql: `SELECT "name", "sql" FROM "sqlite_schema" ORDER BY "name"`,
        values: [],
      });
    const before = await schema();
    const hostile = fc.array(
      fc.constantFrom(
        "'",
        '"',
        "`",
        ";",
        "--",
        "/*",
        "\\",
        ")",
        "(",
        "%27",
        " OR 1=1",
        " UNION SELECT ",
        'DROP TABLE "tasks"',
        "passwordHash",
        "sqlite_schema",
        "json_each",
        "title",
        "?",
        ":a",
        "@request.auth.id",
        "$.a",
        "\0",
        "x",
      ),
      { minLength: 1, maxLength: 6 },
    ).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const part = encodeURIComponent(text);
        const records = "collections/tasks/records";
        const replies = await Promise.all([
          ask("GET", `${records}?filter=${part}`),
          ask("GET", `${records}?filter=title='${part}'`),
          ask("GET", `${records}?filter=details.${part}=1`),
          ask("GET", `${records}?sort=${part}`),
          ask("GET", `${records}?expand=${part}`),
          ask("GET", `${records}?fields=${part}`),
          ask("GET", `${records}/${part}`),
          ask("PATCH", `${records}/${part}`, {}, { title: "changed" }),
          ask("DELETE", `${records}/${part}`),
          ask("GET", `collections/${part}/records`),
          ask("POST", records, {}, { title: "x", [text]: 1 }),
          ask("POST", records, {}, { title: "x", id: text }),
          ask("POST", records, {}, { title: "x", owner: text }),
          ask("POST", records, {}, { title: "x", tags: [text] }),
          ask("GET", `realtime?topic=${part}&cursor=${part}`),
        ]);
        for (const [at, { status, body }] of replies.entries()) {
          assert(status < 500, `${at}: ${status} for ${text}`);
          assert(!JSON.stringify(body).includes("$argon2"), text);
        }
        const plain = `a${text.replaceAll("\0", "")}`;
        const { body } = await ask("POST", records, {}, {
          title: plain,
          details: { [plain]: plain },
        });
        const read = await ask("GET", `${records}/${body["id"]}`);
        assertEquals(read.body["title"], plain);
        assertEquals(read.body["details"], { [plain]: plain });
      }),
      { numRuns: isSlow ? 300 : 25 },
    );
    assertEquals(await schema(), before);
    assertEquals(
      (await store.data.collection(tasks).get(id)).title,
      "kept",
    );
    assertEquals(await store.data.collection(users).count(), 1);
  },
);
