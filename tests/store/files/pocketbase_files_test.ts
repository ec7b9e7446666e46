// The calls of PocketBase's client that have files, against a running store.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import PocketBase, { ClientResponseError } from "pocketbase";
import { bounded } from "../../support/net.ts";
import { noise, openFileStore } from "./support.ts";

const PASSWORD = "correct horse battery staple";
const store = await openFileStore();
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
// What is removed in the background is removed by then.
Deno.test.afterEach(async () => void await store.objects());

function client(): PocketBase {
  const pb = new PocketBase(store.url);
  pb.autoCancellation(false);
  return pb;
}

async function signedIn(email: string): Promise<PocketBase> {
  const pb = client();
  await pb.collection("people").create({
    email,
    password: PASSWORD,
    passwordConfirm: PASSWORD,
  });
  await pb.collection("people").authWithPassword(email, PASSWORD);
  return pb;
}

async function read(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  assertEquals(response.status, 200);
  return await response.bytes();
}

Deno.test(
  "create() takes a File, and files.getURL() leads to it",
  bounded,
  async () => {
    const pb = client();
    const bytes = noise(70_000);
    const album = await pb.collection("albums").create({
      title: "Summer",
      cover: new File([bytes], "Ein Bild (1).PNG"),
    });
    assertMatch(album.cover, /^Ein_Bild_1_[a-z0-9]{10}\.png$/);
    const url = pb.files.getURL(album, album.cover);
    assertEquals(await read(url), bytes);
    const again = await pb.collection("albums").getOne(album.id);
    assertEquals(again.cover, album.cover);
  },
);

Deno.test(
  "create() takes FormData with several files, and the texts beside them",
  bounded,
  async () => {
    const pb = client();
    const form = new FormData();
    form.append("photos", new File([noise(10)], "a.bin"));
    form.append("title", "Two");
    form.append("photos", new File([noise(20)], "b.bin"));
    const album = await pb.collection("albums").create(form);
    assertEquals(album.title, "Two");
    assertEquals(album.photos.length, 2);
    const sizes = await Promise.all(
      album.photos.map(async (name: string) =>
        (await read(pb.files.getURL(album, name))).length
      ),
    );
    assertEquals(sizes, [10, 20]);
  },
);

Deno.test(
  "update() replaces a file, and the one before is gone",
  bounded,
  async () => {
    const pb = client();
    const album = await pb.collection("albums").create({
      cover: new File(["one"], "one.txt"),
    });
    const changed = await pb.collection("albums").update(album.id, {
      cover: new File(["two"], "two.txt"),
    });
    const before = await fetch(pb.files.getURL(album, album.cover));
    assertEquals(before.status, 404);
    await before.body?.cancel();
    const after = await read(pb.files.getURL(changed, changed.cover));
    assertEquals(new TextDecoder().decode(after), "two");
  },
);

Deno.test(
  "update() adds files with photos+ and +photos, and takes them out with photos-",
  bounded,
  async () => {
    const pb = client();
    const one = (name: string) => new File([name], `${name}.txt`);
    const album = await pb.collection("albums").create({ photos: [one("b")] });
    const [b] = album.photos;
    const appended = await pb.collection("albums").update(album.id, {
      "photos+": one("c"),
    });
    const c = appended.photos[1];
    assertEquals(appended.photos, [b, c]);
    const prepended = await pb.collection("albums").update(album.id, {
      "+photos": [one("a")],
    });
    const a = prepended.photos[0];
    assertEquals(prepended.photos, [a, b, c]);
    const removed = await pb.collection("albums").update(album.id, {
      "photos-": [b, "no_such.txt"],
    });
    assertEquals(removed.photos, [a, c]);
    // Files at once do not replace each other.
    const single = await pb.collection("albums").create({
      cover: new File(["x"], "x.txt"),
    });
    const cleared = await pb.collection("albums").update(single.id, {
      "cover-": [single.cover],
    });
    assertEquals(cleared.cover, null);
  },
);

Deno.test(
  "update() takes a list of names and new files, and removes what is not in it",
  bounded,
  async () => {
    const pb = client();
    const album = await pb.collection("albums").create({
      photos: [new File(["1"], "1.txt"), new File(["2"], "2.txt")],
    });
    const [first, second] = album.photos;
    const changed = await pb.collection("albums").update(album.id, {
      photos: [second, new File(["3"], "3.txt")],
    });
    assertEquals(changed.photos.length, 2);
    assertEquals(changed.photos[0], second);
    const gone = await fetch(pb.files.getURL(album, first));
    await gone.body?.cancel();
    assertEquals(gone.status, 404);
    const emptied = await pb.collection("albums").update(album.id, {
      photos: [],
    });
    assertEquals(emptied.photos, []);
  },
);

Deno.test("a file is taken out by null or an empty text", bounded, async () => {
  const pb = client();
  for (const nothing of [null, ""]) {
    const album = await pb.collection("albums").create({
      cover: new File(["x"], "x.txt"),
    });
    const changed = await pb.collection("albums").update(album.id, {
      cover: nothing,
    });
    assertEquals(changed.cover, null);
  }
});

Deno.test("delete() removes the files of a record", bounded, async () => {
  const pb = client();
  const before = await store.objects();
  const album = await pb.collection("albums").create({
    cover: new File(["x"], "x.txt"),
    photos: [new File(["y"], "y.txt")],
  });
  assertEquals((await store.objects()).length, before.length + 2);
  await pb.collection("albums").delete(album.id);
  assertEquals(await store.objects(), before);
});

Deno.test(
  "createBatch() takes files, and a batch that fails leaves none",
  bounded,
  async () => {
    const pb = client();
    const batch = pb.createBatch();
    batch.collection("albums").create({
      title: "A",
      cover: new File(["a"], "a.txt"),
    });
    batch.collection("albums").create({
      title: "B",
      photos: [new File(["b"], "b.txt"), new File(["c"], "c.txt")],
    });
    const [a, b] = await batch.send();
    assertEquals(b?.body.photos.length, 2);
    const text = await read(pb.files.getURL(a?.body, a?.body.cover));
    assertEquals(new TextDecoder().decode(text), "a");

    const before = await store.objects();
    const failing = pb.createBatch();
    failing.collection("albums").create({ cover: new File(["a"], "a.txt") });
    failing.collection("albums").delete("nosuchrecord123");
    await assertRejects(() => failing.send(), ClientResponseError);
    assertEquals(await store.objects(), before);
  },
);

Deno.test(
  "files.getToken() gives a token with which a protected file is read by those who may view its record",
  bounded,
  async () => {
    const ann = await signedIn("ann@example.com");
    const bob = await signedIn("bob@example.com");
    const letter = await ann.collection("letters").create({
      owner: ann.authStore.record?.id,
      body: new File(["dear"], "letter.txt"),
    });
    const status = async (token: string) => {
      const response = await fetch(
        ann.files.getURL(letter, letter.body, { token }),
      );
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await status(await ann.files.getToken()), 200);
    assertEquals(await status(await bob.files.getToken()), 404);
    assertEquals(await status(""), 404);
    assertEquals(await status("nonsense"), 404);
    // The token of a session is none of a file.
    assertEquals(await status(ann.authStore.token), 404);
    const refused = await assertRejects(
      () => client().files.getToken(),
      ClientResponseError,
    );
    assertEquals(refused.status, 401);
  },
);

Deno.test("an account has files as records have", bounded, async () => {
  const pb = client();
  const form = new FormData();
  form.append("email", "carl@example.com");
  form.append("password", PASSWORD);
  form.append("passwordConfirm", PASSWORD);
  form.append("avatar", new File(["one"], "one.txt"));
  const carl = await pb.collection("people").create(form);
  await pb.collection("people").authWithPassword("carl@example.com", PASSWORD);
  const url = pb.files.getURL(carl, carl.avatar);
  assertEquals(new TextDecoder().decode(await read(url)), "one");
  const changed = await pb.collection("people").update(carl.id, {
    avatar: new File(["two"], "two.txt"),
  });
  const later = pb.files.getURL(changed, changed.avatar);
  assertEquals(new TextDecoder().decode(await read(later)), "two");
});

Deno.test(
  "a file that its field does not take is refused by the name of the field, and nothing is left",
  bounded,
  async () => {
    const pb = client();
    const before = await store.objects();
    const cases: [string, Record<string, unknown>][] = [
      ["photos", { photos: [new File([noise(1001)], "big.bin")] }],
      [
        "photos",
        { photos: Array.from({ length: 4 }, () => new File(["x"], "x.txt")) },
      ],
      ["scan", { scan: new File(["<svg"], "fake.png", { type: "image/png" }) }],
      ["title", { title: new File(["x"], "x.txt") }],
      ["cover", { cover: "made_up_0123456789.png" }],
    ];
    for (const [field, data] of cases) {
      const { status, response } = await assertRejects(
        () => pb.collection("albums").create(data),
        ClientResponseError,
      );
      assertEquals(status, 400, field);
      assert(field in response.data, `${field}: ${JSON.stringify(response)}`);
    }
    // What somebody may not create is not taken.
    const refused = await assertRejects(
      () => pb.collection("plans").create({ sketch: new File(["x"], "x.txt") }),
      ClientResponseError,
    );
    assertEquals(refused.status, 403);
    assertEquals(await store.objects(), before);
  },
);
