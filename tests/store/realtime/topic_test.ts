import { assertEquals } from "@std/assert";
import { parseTopic } from "../../../src/store/realtime/topic.ts";

function withOptions(options: unknown): string {
  return `tasks/*?options=${encodeURIComponent(JSON.stringify(options))}`;
}

Deno.test("A topic is a collection or one record of it", () => {
  const nothing = { filter: "", expand: "", fields: "" };
  assertEquals(parseTopic("tasks/*"), {
    name: "tasks/*",
    collection: "tasks",
    id: undefined,
    ...nothing,
  });
  assertEquals(parseTopic("tasks/abc123"), {
    name: "tasks/abc123",
    collection: "tasks",
    id: "abc123",
    ...nothing,
  });
});

Deno.test("A topic has the options that PocketBase's client puts into it", () => {
  const name = withOptions({
    query: { filter: "done = false", expand: "owner", fields: "id" },
    headers: {},
  });
  assertEquals(parseTopic(name), {
    name,
    collection: "tasks",
    id: undefined,
    filter: "done = false",
    expand: "owner",
    fields: "id",
  });
});

Deno.test("What is no topic is none, and no filter is overlooked", () => {
  for (
    const name of [
      "",
      "tasks",
      "tasks/",
      "/*",
      "tasks/a b",
      "tasks/*\nevent: x",
      "1tasks/*",
      "tasks/*/x",
      "tasks/*?options=x",
      "tasks/*?options=[]",
      withOptions({ query: [] }),
      withOptions({ query: { filter: 1 } }),
      withOptions({ query: { filter: ["a"] } }),
      `tasks/${"a".repeat(3000)}`,
    ]
  ) assertEquals(parseTopic(name), undefined, name.slice(0, 50));
});
