// An interrupt drops the input that the server holds, and says how much.
import { assert, assertEquals } from "@std/assert";
import { utf8 } from "../../support/bytes.ts";
import { onPty } from "../../pty/ptys.ts";
import { Served, type Viewer } from "../served.ts";

const PIECE = utf8("echo RAN-$((40 + 2))\n".repeat(3000));
const SHELL = {
  name: "shell",
  command: "sh",
  args: ["-c", "PS1='$ ' ENV= exec sh -i"],
};

/** Reads output, acknowledging it, until it has a text. */
async function shows(viewer: Viewer, wanted: string): Promise<string> {
  let text = "";
  while (!text.includes(wanted)) {
    const { offset, bytes } = await viewer.next("output");
    text += new TextDecoder().decode(bytes);
    viewer.send({ type: "ack", offset: offset + bytes.length });
  }
  return text;
}

/** A viewer who has pasted 4 pieces, 2 to 5, while the program does not read. */
async function pasted(served: Served, id: string): Promise<Viewer> {
  const viewer = served.view(id, await served.login());
  await viewer.next("input_ack");
  await shows(viewer, "$ ");
  viewer.type(1, "sh -c 'echo started-$((40 + 2)); exec sleep 1000'\r");
  await shows(viewer, "started-42");
  for (const sequence of [2, 3, 4, 5]) {
    viewer.send({ type: "input", sequence, bytes: PIECE });
  }
  return viewer;
}

for (
  const [how, isKeySent] of [
    ["that follows its key", true],
    ["whose key did not fit", false],
  ] as const
) {
  Deno.test(
    `after an INTERRUPT ${how}, the shell runs nothing of the paste, and the viewer learns how much was dropped`,
    onPty,
    async () => {
      await using served = new Served({ commands: [SHELL] });
      const { id } = await served.terminal.start();
      const viewer = await pasted(served, id);
      if (isKeySent) viewer.type(6, "\x03");
      viewer.send({ type: "interrupt", key: 3 });
      const { sequence, bytes } = await viewer.next("input_dropped");
      assertEquals(sequence, isKeySent ? 6 : 5);
      assert(bytes > 3 * PIECE.length && bytes < 4 * PIECE.length, `${bytes}`);
      viewer.type(sequence + 1, "echo after-$((40 + 2))\r");
      const text = await shows(viewer, "after-42");
      assert(!text.includes("RAN-42"), text);
    },
  );
}

Deno.test(
  "an interrupt by another viewer drops the paste as well, and its viewer learns it",
  onPty,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    const { id } = await served.terminal.start();
    const viewer = await pasted(served, id);
    viewer.send({ type: "ping", id: 1 });
    await viewer.next("pong");
    const other = served.view(id, await served.login());
    await other.next("input_ack");
    other.send({ type: "signal", signal: "SIGINT" });
    const { sequence, bytes } = await viewer.next("input_dropped");
    assertEquals(sequence, 5);
    assert(bytes > 3 * PIECE.length, `${bytes}`);
    other.type(1, "echo after-$((40 + 2))\r");
    const text = await shows(other, "after-42");
    assert(!text.includes("RAN-42"), text);
  },
);
