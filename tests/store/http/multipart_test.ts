import { assertEquals, assertRejects } from "@std/assert";
import {
  boundaryOf,
  MultipartReader,
} from "../../../src/store/http/multipart.ts";
import { Problem } from "../../../src/store/http/problem.ts";
import type { ByteSource } from "../../../src/store/files/file_source.ts";
import { seededRandom } from "../../../src/testing/mod.ts";

/** Returns bytes in pieces of random lengths. */
function pieces(
  bytes: Uint8Array<ArrayBuffer>,
  random: () => number,
): ByteSource {
  let at = 0;
  return {
    read: () => {
      if (at >= bytes.length) return Promise.resolve(null);
      const length = 1 + Math.floor(random() ** 4 * 200);
      const piece = bytes.slice(at, at + length);
      at += length;
      return Promise.resolve(piece);
    },
    cancel: () => {},
  };
}

interface ReadPart {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly text: string;
}

async function readAll(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  random: () => number = () => 1,
  maxParts = 1000,
): Promise<ReadPart[]> {
  const reader = new MultipartReader(
    pieces(bytes, random),
    boundaryOf(contentType),
    maxParts,
  );
  const parts: ReadPart[] = [];
  for (let part; (part = await reader.next()) !== undefined;) {
    // One that is not read is passed over.
    if (random() < 0.1) {
      parts.push({ ...part, text: "passed over" });
      continue;
    }
    const decoder = new TextDecoder("latin1");
    let text = "";
    for (let piece; (piece = await reader.read()) !== null;) {
      text += decoder.decode(piece);
    }
    parts.push({ ...part, text });
  }
  return parts;
}

Deno.test("a form is read as it was made, however it is cut into pieces", async () => {
  const random = seededRandom(3);
  const text = () => {
    const all = ["\r", "\n", "\r\n", "-", "--", "\r\n--", "a", "ä", '"', "%"];
    const length = Math.floor(random() * 30);
    return Array.from(
      { length },
      () => all[Math.floor(random() * all.length)],
    ).join("");
  };
  for (let round = 0; round < 300; round++) {
    const form = new FormData();
    const count = Math.floor(random() * 5);
    for (let i = 0; i < count; i++) {
      const name = `f${text().replaceAll(/[\r\n%]/g, "")}`;
      if (random() < 0.5) form.append(name, text());
      else {form.append(
          name,
          new File([text()], `${text().replaceAll("%", "")}.txt`),
        );}
    }
    const response = new Response(form);
    const type = response.headers.get("content-type") ?? "";
    const bytes = await response.bytes();
    // The platform reads what is meant of its values, but not of its names.
    const expected = count === 0 ? [] : [
      ...await new Response(bytes, { headers: { "content-type": type } })
        .formData(),
    ];
    const found = await readAll(bytes, type, random);
    assertEquals(found.length, expected.length);
    const names = [...form].map(([name, value]) => [
      name,
      value instanceof File ? value.name : undefined,
    ]);
    assertEquals(found.map(({ name, fileName }) => [name, fileName]), names);
    for (const [i, [, value]] of expected.entries()) {
      const part = found[i];
      if (part?.text === "passed over") continue;
      const bytes = value instanceof File
        ? await value.bytes()
        : new TextEncoder().encode(value);
      assertEquals(part?.text, new TextDecoder("latin1").decode(bytes));
    }
  }
});

const TYPE = "multipart/form-data; boundary=b";
const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("names of files come as browsers and others write them", async () => {
  const names: [string, string][] = [
    [`a%22b.txt`, `a"b.txt`],
    [`a\\"b.txt`, `a"b.txt`],
    [`ä%0D%0A.txt`, `ä\r\n.txt`],
    [`100%.txt`, `100%.txt`],
    [``, ``],
  ];
  for (const [written, meant] of names) {
    const [part] = await readAll(
      utf8(
        `--b\r\nContent-Disposition: form-data; name="x"; filename="${written}"\r\ncontent-type: image/png\r\n\r\n1\r\n--b--`,
      ),
      TYPE,
    );
    assertEquals(part, { name: "x", fileName: meant, text: "1" });
  }
});

Deno.test("what is no form is refused, wherever it ends", async () => {
  const whole =
    `--b\r\ncontent-disposition: form-data; name="x"\r\n\r\nvalue\r\n--b--`;
  assertEquals((await readAll(utf8(whole), TYPE)).length, 1);
  for (let end = 0; end < whole.length; end++) {
    const problem = await assertRejects(
      () => readAll(utf8(whole.slice(0, end)), TYPE),
      Problem,
    );
    assertEquals(problem.kind, "bad_request");
  }
  const wrong = [
    `x--b\r\n\r\n\r\n--b--`,
    `--b\r\n\r\nno name\r\n--b--`,
    `--b\r\ncontent-disposition: attachment; name="x"\r\n\r\n1\r\n--b--`,
    `--b\r\n${"x".repeat(9000)}\r\n\r\n1\r\n--b--`,
    `--b\r\n${"x".repeat(20_000)}`,
  ];
  for (const text of wrong) {
    await assertRejects(() => readAll(utf8(text), TYPE), Problem);
  }
  for (
    const type of ["multipart/form-data", "multipart/form-data; boundary="]
  ) {
    await assertRejects(() => readAll(utf8(whole), type), Problem);
  }
});

Deno.test("a form has no more parts than it may", async () => {
  const part = `--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n`;
  const form = utf8(`${part.repeat(20)}--b--`);
  assertEquals((await readAll(form, TYPE, () => 1, 20)).length, 20);
  const problem = await assertRejects(
    () => readAll(form, TYPE, () => 1, 19),
    Problem,
  );
  assertEquals(problem.kind, "too_large");
});
