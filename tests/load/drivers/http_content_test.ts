import { assertEquals, assertRejects } from "@std/assert";
// @ts-types="@types/busboy"
import busboy from "busboy";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { httpDriver } from "../../../src/load/drivers/http.ts";
import { bounded } from "../../support/net.ts";
import { call, issuesOf, openUser } from "./calls.ts";

const hash = (bytes: Uint8Array) =>
  createHash("sha256").update(bytes).digest("hex");

/** What `busboy` finds in a form, in order. */
async function formIn(
  request: Readable,
  headers: IncomingMessage["headers"],
): Promise<unknown[]> {
  const found: unknown[] = [];
  const parser = busboy({ headers, defParamCharset: "utf8" });
  const reading: Promise<void>[] = [];
  parser.on("field", (name, value, { mimeType }) => {
    found.push({ name, value, mimeType });
  });
  parser.on("file", (name, stream, { filename, mimeType }) => {
    const file = { name, filename, mimeType, bytes: 0, hash: "" };
    found.push(file);
    reading.push((async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const bytes = await new Blob(chunks.map((one) => new Uint8Array(one)))
        .bytes();
      file.bytes = bytes.length;
      file.hash = hash(bytes);
    })());
  });
  const closed = new Promise((resolve, reject) => {
    parser.on("close", resolve).on("error", reject);
  });
  request.pipe(parser);
  await closed;
  await Promise.all(reading);
  return found;
}

/** Servers of Node that return what `busboy` finds, or the body. */
class FormServer implements AsyncDisposable {
  readonly #server;
  readonly #listening: Promise<unknown>;

  constructor(version: "1.1" | "2") {
    const reply = async (
      request: Readable & { readonly headers: IncomingMessage["headers"] },
      respond: (body: string) => void,
    ) => {
      const { headers } = request;
      const type = headers["content-type"] ?? "";
      if (type.startsWith("multipart/")) {
        return respond(JSON.stringify(await formIn(request, headers)));
      }
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for await (const chunk of request) chunks.push(new Uint8Array(chunk));
      const bytes = await new Blob(chunks).bytes();
      const length = headers["content-length"];
      respond(JSON.stringify({ type, length, hash: hash(bytes) }));
    };
    const head = { "content-type": "application/json" };
    const server = this.#server = version === "2"
      ? createHttp2Server((request, response) =>
        reply(request, (body) => response.writeHead(200, head).end(body))
      )
      : createServer((request, response) =>
        reply(request, (body) => response.writeHead(200, head).end(body))
      );
    this.#listening = new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
  }

  async url(): Promise<string> {
    await this.#listening;
    return `http://127.0.0.1:${portOf(this.#server.address())}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address === "object" && address !== null) return address.port;
  throw new TypeError("The server does not listen");
}

/** A folder with files, as the scenario's would be. */
class Folder implements AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync();

  write(name: string, content: string | Uint8Array): string {
    const path = `${this.path}/${name}`;
    Deno.writeFileSync(
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Too large to be written in one call. */
const large = new Uint8Array(300_000).map((_, index) => index * 7919 >> 3);

for (const version of ["1.1", "2"] as const) {
  Deno.test(
    `busboy finds the fields and files of a form in a request of HTTP/${version}`,
    bounded,
    async () => {
      await using folder = new Folder();
      const photo = folder.write("beach.png", large);
      const notes = folder.write("notes", "");
      await using server = new FormServer(version);
      await using user = await openUser(httpDriver());
      const request = {
        url: await server.url(),
        version,
        multipart: [
          { name: "title", value: 'Ferien "am Meer"\r\n--troupe' },
          { name: "meta", value: "{}", type: "application/json" },
          { name: "photo", file: photo },
          { name: "photo", file: notes, fileName: 'grüezi "1".txt' },
          { name: "photo", file: photo, type: "image/x-own" },
        ],
      };
      const expected = [
        {
          name: "title",
          value: 'Ferien "am Meer"\r\n--troupe',
          mimeType: "text/plain",
        },
        { name: "meta", value: "{}", mimeType: "application/json" },
        {
          name: "photo",
          filename: "beach.png",
          mimeType: "image/png",
          bytes: large.length,
          hash: hash(large),
        },
        {
          name: "photo",
          filename: "grüezi %221%22.txt",
          mimeType: "application/octet-stream",
          bytes: 0,
          hash: hash(new Uint8Array()),
        },
        {
          name: "photo",
          filename: "beach.png",
          mimeType: "image/x-own",
          bytes: large.length,
          hash: hash(large),
        },
      ];
      const { body } = await user.perform(call(request));
      assertEquals(body, expected);
      // The second one is on a connection that has sent the first one.
      assertEquals((await user.perform(call(request))).body, expected);
    },
  );

  Deno.test(
    `a file is the body of a request of HTTP/${version}, with the type of its name`,
    bounded,
    async () => {
      await using folder = new Folder();
      await using server = new FormServer(version);
      await using user = await openUser(httpDriver());
      const url = await server.url();
      const sent = async (content: Uint8Array, name: string, headers = {}) => {
        const bodyFile = folder.write(name, content);
        const request = { url, version, bodyFile, headers };
        const { body, sentBytes } = await user.perform(call(request));
        assertEquals(sentBytes, content.length);
        return body;
      };
      const small = new TextEncoder().encode("[1, 2]");
      assertEquals(await sent(small, "list.json"), {
        type: "application/json",
        length: "6",
        hash: hash(small),
      });
      assertEquals(await sent(large, "film.mp4"), {
        type: "video/mp4",
        length: `${large.length}`,
        hash: hash(large),
      });
      const own = { "content-type": "text/csv" };
      assertEquals(await sent(small, "table", own), {
        type: "text/csv",
        length: "6",
        hash: hash(small),
      });
      assertEquals(await sent(new Uint8Array(), "nothing"), {
        type: "application/octet-stream",
        length: "0",
        hash: hash(new Uint8Array()),
      });
    },
  );
}

Deno.test(
  "a file is read once, and again after it has changed before another run",
  bounded,
  async () => {
    await using folder = new Folder();
    await using server = new FormServer("1.1");
    const driver = httpDriver();
    await using user = await openUser(driver);
    const url = await server.url();
    const bodyFile = folder.write("a.txt", "first");
    const request = () => call({ url, bodyFile });
    const first = (await user.perform(request())).body;
    folder.write("a.txt", "the second one");
    assertEquals((await user.perform(request())).body, first);
    assertEquals(driver.validate({ url, bodyFile }), []);
    const { sentBytes } = await user.perform(request());
    assertEquals(sentBytes, "the second one".length);
  },
);

Deno.test("files that cannot be sent are refused before a run", async () => {
  await using folder = new Folder();
  const url = "http://127.0.0.1/";
  const driver = httpDriver();
  const missing = `${folder.path}/no.txt`;
  const huge = folder.write("huge.bin", "");
  await Deno.truncate(huge, 300_000_000);
  const text = folder.write("a.pem", "no certificate");
  const broken = folder.write(
    "b.pem",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  );
  const issues = (request: object) => issuesOf(driver, { url, ...request });
  assertEquals(issues({ bodyFile: missing }), [
    `bodyFile is "${missing}", which does not exist`,
  ]);
  assertEquals(issues({ multipart: [{ name: "a", file: folder.path }] }), [
    `multipart.0.file is "${folder.path}", which is not a file`,
  ]);
  assertEquals(issues({ bodyFile: huge }), [
    `bodyFile is "${huge}", with which the files of requests have more than 268435456 bytes together`,
  ]);
  assertEquals(issues({ caFile: text }), [
    `caFile is "${text}", which has no certificate in PEM`,
  ]);
  assertEquals(issues({ caFile: broken }), [
    `caFile is "${broken}", which has a certificate that cannot be read`,
  ]);
  assertEquals(issues({ bodyFile: "${photos.name}" }), []);
  // The name is known during the run alone.
  await using user = await openUser(driver);
  await assertRejects(
    () => user.perform(call({ url, bodyFile: missing })),
    DriverError,
    `request.bodyFile is "${missing}", which does not exist`,
  );
});

Deno.test("wrong fields of content are refused, with what was probably meant", () => {
  const driver = httpDriver();
  const issues = (request: object) =>
    issuesOf(driver, { url: "http://127.0.0.1/", ...request });
  assertEquals(issues({ http2: true, ca: "ca.pem", form: [], file: "" }), [
    'http2 is not a known field, did you mean "version"?',
    'ca is not a known field, did you mean "caFile"?',
    'form is not a known field, did you mean "multipart"?',
    'file is not a known field, did you mean "bodyFile"?',
  ]);
  assertEquals(issues({ version: 3 }), [
    'version is "3", choose one of 1.1, 2',
  ]);
  assertEquals(issues({ version: 2 }), []);
  assertEquals(issues({ body: "", multipart: [{ name: "a", value: "" }] }), [
    "multipart is given beside body, remove one of them",
  ]);
  assertEquals(issues({ multipart: [] }), [
    "multipart is empty, it must have at least one item",
  ]);
  assertEquals(
    issues({
      multipart: [
        { name: "a" },
        { nmae: "b", value: "1" },
        { name: "c", value: "1", type: "text" },
        { name: "d", value: 7 },
      ],
    }),
    [
      "multipart.0.value is missing, it must be a string",

      'multipart.2.type is "text", it must be a media type such as "image/png"',
      "multipart.3.value is 7, it must be a string",
      'multipart.1.nmae is not a known field, did you mean "name"?',
    ],
  );
});

Deno.test(
  "a number of a record is text in a form",
  bounded,
  async () => {
    await using server = new FormServer("1.1");
    await using user = await openUser(httpDriver());
    const multipart = [{ name: "id", value: 41 }];
    const { body } = await user.perform(
      call({ url: await server.url(), multipart }),
    );
    assertEquals(body, [{ name: "id", value: "41", mimeType: "text/plain" }]);
  },
);
