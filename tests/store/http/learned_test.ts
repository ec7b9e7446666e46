// What strangers could learn of what they may not see, or do to the thread.
import { assert, assertEquals } from "@std/assert";
import { bounded } from "../../support/net.ts";
import {
  authCollection,
  collection,
  json,
  relation,
  text,
} from "../../../src/store/mod.ts";
import { openTestStore } from "../support/served_test_store.ts";

const PASSWORD = "correct horse";

/** Where a write waits, while a test lets it. */
let gate: { reached(): void; readonly open: Promise<void> } | undefined;

const users = authCollection("users", {
  fields: {
    name: text(),
    settings: json({
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: async (value) => {
            gate?.reached();
            await gate?.open;
            return { value };
          },
        },
      },
    }),
  },
  rules: {
    list: true,
    view: true,
    create: true,
    update: "id = @request.auth.id",
  },
});
const OWN = "owner = @request.auth.id";
const notes = collection("notes", {
  fields: {
    body: text({ max: 80 }),
    owner: relation("users", { onDelete: "cascade" }),
  },
  rules: { list: OWN, view: OWN, create: OWN, update: OWN, delete: OWN },
});
const store = await openTestStore({ collections: [users, notes] });
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  { token, body }: { token?: string; body?: unknown } = {},
): Promise<Reply> {
  const response = await fetch(`${store.url}/api/${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: token }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: text === "" ? {} : JSON.parse(text),
  };
}

const RECORDS = "collections/users/records";

/** Creates an account, and signs it in. */
async function signUp(
  email: string,
): Promise<{ id: string; token: string }> {
  const { body } = await ask("POST", RECORDS, {
    body: { email, password: PASSWORD, passwordConfirm: PASSWORD },
  });
  const login = await ask("POST", "collections/users/auth-with-password", {
    body: { identity: email, password: PASSWORD },
  });
  return { id: `${body["id"]}`, token: `${login.body["token"]}` };
}

const ann = await signUp("ann@example.com");
const bob = await signUp("bob@example.com");

Deno.test(
  "A PUT of a batch does not tell a record that may not be updated from none",
  bounded,
  async () => {
    const made = await ask("POST", "collections/notes/records", {
      token: ann.token,
      body: { body: "hers", owner: ann.id },
    });
    const hers = `${made.body["id"]}`;
    const put = (id: string, token: string, owner: string) =>
      ask("POST", "batch", {
        token,
        body: {
          requests: [{
            method: "PUT",
            url: "/api/collections/notes/records",
            body: { id, body: "put", owner },
          }],
        },
      });
    // Bob may create no note of Ann, so he learns nothing.
    const [taken, free] = [
      await put(hers, bob.token, ann.id),
      await put("000000000000000", bob.token, ann.id),
    ];
    assertEquals(taken, free);
    assertEquals(taken.status, 403);
    // One of his own has an id that is taken, as with a create.
    const own = await put(hers, bob.token, bob.id);
    const created = await ask("POST", "collections/notes/records", {
      token: bob.token,
      body: { id: hers, body: "his", owner: bob.id },
    });
    assertEquals(own.body, created.body);
    assertEquals(own.status, 400);
    // Who may update it does.
    assertEquals((await put(hers, ann.token, ann.id)).status, 200);
    const after = await ask("GET", `collections/notes/records/${hers}`, {
      token: ann.token,
    });
    assertEquals(after.body["body"], "put");
  },
);

Deno.test(
  "An address that is hidden shows in no order, filter, expansion or topic",
  bounded,
  async () => {
    await ask("POST", "collections/notes/records", {
      token: ann.token,
      body: { body: "one", owner: ann.id },
    });
    // Their addresses are the other way round than their ids or names may be.
    await signUp("zoe@example.com");
    await signUp("aaa@example.com");
    const idsOf = ({ body }: Reply) =>
      Array.from(Object(body["items"]), (one) => Object(one).id);
    const list = async (query: string, token?: string) =>
      idsOf(
        await ask(
          "GET",
          `${RECORDS}?${query}`,
          token === undefined ? {} : { token },
        ),
      );
    const plain = await list("sort=id");
    assertEquals(await list("sort=email,id"), plain);
    assertEquals(await list("sort=-email,id"), plain);
    const filters = ["email ~ 'a'", "email > 'b'", "email != ''"];
    for (const filter of filters) {
      for (const token of [undefined, bob.token]) {
        const query = `filter=${encodeURIComponent(filter)}`;
        assertEquals(await list(query, token), []);
      }
    }
    for (const hidden of ["passwordHash", "tokenKey", "password"]) {
      for (
        const query of [`sort=${hidden}`, `filter=${hidden}%20!=%20''`]
      ) {
        assertEquals((await ask("GET", `${RECORDS}?${query}`)).status, 400);
      }
      const { body } = await ask("GET", `${RECORDS}?fields=id,${hidden}`);
      assert(!JSON.stringify(body).includes(hidden));
      const options = encodeURIComponent(
        JSON.stringify({ query: { filter: `${hidden} != ''` } }),
      );
      const topic = encodeURIComponent(`users/*?options=${options}`);
      assertEquals((await ask("GET", `realtime?topic=${topic}`)).status, 400);
    }
    const view = store.data.as({
      kind: "record",
      collection: "users",
      id: bob.id,
      record: {},
    }).collection(users);
    const groups = await view.aggregate({
      groupBy: ["email"],
      values: { all: { kind: "count" } },
    });
    assertEquals(groups.map(({ email }) => email), [null]);
  },
);

Deno.test(
  "A change that says the address of an account again does not change it back",
  bounded,
  async () => {
    const eve = await signUp("eve@example.com");
    const reached = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    gate = { reached: reached.resolve, open: opened.promise };
    const change = ask("PATCH", `${RECORDS}/${eve.id}`, {
      token: eve.token,
      body: {
        name: "Eve",
        email: "eve@example.com",
        verified: false,
        settings: { a: 1 },
      },
    });
    await reached.promise;
    gate = undefined;
    // Meanwhile a mail has verified another address.
    await store.data.collection(users).update(eve.id, {
      email: "eve@example.org",
      verified: true,
    });
    opened.resolve();
    assertEquals((await change).status, 200);
    const { name, email, verified } = await store.data.collection(users)
      .get(eve.id);
    assertEquals({ name, email, verified }, {
      name: "Eve",
      email: "eve@example.org",
      verified: true,
    });
  },
);

Deno.test(
  "What is refused comes back short, whatever it was",
  bounded,
  async () => {
    const long = "x".repeat(500_000);
    const many = Object.fromEntries(
      Array.from({ length: 90 }, (_, at) => [`field${at}`, 1]),
    );
    const more = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, at) => [`field${at}`, 1]),
    );
    const bodies: readonly Readonly<Record<string, unknown>>[] = [
      { body: long },
      { body: "😀".repeat(100_000) },
      { [long]: 1 },
      { body: { [long]: long } },
      { owner: long },
      { id: long },
      many,
      more,
    ];
    for (const body of bodies) {
      for (const name of ["notes", "users"]) {
        const { status, text } = await ask(
          "POST",
          `collections/${name}/records`,
          { token: ann.token, body: { owner: ann.id, ...body } },
        );
        assertEquals(status, 400, text);
        assert(text.length < 8_000, `${text.length} characters`);
      }
    }
    const { text } = await ask("POST", "batch", {
      body: {
        requests: [{
          method: long,
          url: "/api/collections/notes/records",
        }],
      },
    });
    assert(text.length < 2_000);
  },
);
