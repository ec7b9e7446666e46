// The files of a store on real counterparts of several storages.
import { assertEquals } from "@std/assert";
import { bounded } from "../../support/net.ts";
import { BACKENDS } from "../../storage/backends.ts";
import { albums, image, openFileStore } from "./support.ts";

const NAMES = ["directory", "s3 on s3rver", "azure on azurite"];

for (
  const { name, open } of BACKENDS.filter(({ name }) => NAMES.includes(name))
) {
  Deno.test(
    `on ${name}, files are stored, read in parts, made smaller and removed`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      await using store = await openFileStore({ files: { storage } });
      const bytes = await image(90, 60);
      const form = new FormData();
      form.append("cover", new File([bytes], "a.png"));
      const created = await fetch(
        `${store.url}/api/collections/albums/records`,
        {
          method: "POST",
          body: form,
        },
      );
      assertEquals(created.status, 200);
      const { id, cover } = await created.json();
      const url = `${store.url}/api/files/albums/${id}/${cover}`;
      assertEquals(await (await fetch(url)).bytes(), bytes);
      const range = { range: "bytes=10-29" };
      const part = await fetch(url, { headers: range });
      assertEquals(part.status, 206);
      assertEquals(await part.bytes(), bytes.slice(10, 30));
      const thumb = await fetch(`${url}?thumb=20x10`);
      assertEquals(thumb.headers.get("content-type"), "image/png");
      await thumb.body?.cancel();
      assertEquals((await store.objects()).length, 2);
      await store.data.collection(albums).delete(id);
      assertEquals(await store.objects(), []);
    },
  );
}
