import { assert, assertEquals } from "@std/assert";
import {
  openTerminal,
  partsOf,
  type Terminal,
} from "../../../src/terminal/screen/xterm_parts.ts";
import { bounded } from "../../support/net.ts";
import { json } from "../http/responses.ts";
import { Served, type Viewer } from "../served.ts";
import { useUnicode } from "../../../src/terminal/unicode/unicode_modes.ts";

/** A shell that is told what to write. */
const SHELL = { name: "sh", command: "sh" };
/** Sets the modes of a full-screen program, and writes more than is kept. */
const FULL_SCREEN = "stty -echo; printf 'before\\n" +
  "\\033[?1049h\\033[?1h\\033[?1000h\\033[?1006h\\033[?2004h'; " +
  "i=0; while [ $i -lt 6000 ]; do printf '\\033[3;1H%050d' $i; i=$((i+1)); " +
  "done; printf 'the end'; read x\r";

/** Returns the terminal of a viewer that got a snapshot. */
async function restored(viewer: Viewer): Promise<Terminal> {
  const { columns, rows } = await viewer.next("size");
  const { offset, bytes } = await viewer.next("snapshot");
  const terminal = openTerminal(columns, rows, 1000);
  useUnicode(terminal, () => false);
  partsOf(terminal).writeSync(bytes);
  viewer.send({ type: "ack", offset });
  return terminal;
}

function screenOf(terminal: Terminal): string {
  const { active } = terminal.buffer;
  return Array.from(
    { length: terminal.rows },
    (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? "",
  ).join("\n").trim();
}

Deno.test(
  "a viewer that comes late gets the screen and the modes of a full-screen program",
  bounded,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const first = served.view(id, cookie);
    await first.next("input_ack");
    first.type(1, FULL_SCREEN);
    await first.until("the end");
    const late = served.view(id, cookie);
    await late.next("role");
    const terminal = await restored(late);
    assert(screenOf(terminal).endsWith("5999the end"));
    assertEquals(terminal.buffer.active.type, "alternate");
    const { modes } = terminal;
    assertEquals(modes.applicationCursorKeysMode, true);
    assertEquals(modes.mouseTrackingMode, "vt200");
    assertEquals(modes.bracketedPasteMode, true);
    assertEquals(partsOf(terminal).coreMouseService.activeEncoding, "SGR");
    assertEquals(served.terminal.stats().snapshots, 1);
    terminal.dispose();
  },
);

Deno.test(
  "without snapshots, a viewer that comes late gets the output that is kept",
  bounded,
  async () => {
    await using served = new Served({ commands: [SHELL], snapshots: false });
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const first = served.view(id, cookie);
    await first.next("input_ack");
    first.type(1, FULL_SCREEN);
    await first.until("the end");
    const late = served.view(id, cookie);
    assert((await late.next("output")).offset > 0);
    assertEquals(served.terminal.stats().snapshots, 0);
  },
);

Deno.test(
  "a frozen read-only viewer gets a snapshot for what it missed",
  bounded,
  async () => {
    await using served = new Served({
      commands: [{ name: "yes", command: "yes" }],
    });
    const { id } = await served.terminal.start();
    const frozen = served.view(id, await served.login("view", id));
    const owner = served.view(id, await served.login());
    await frozen.next("role");
    let end = 0;
    while (end < 2_000_000) {
      const { offset, bytes } = await owner.next("output");
      end = offset + bytes.length;
      owner.send({ type: "ack", offset: end });
    }
    let seen = 0;
    for (;;) {
      const frame = await frozen.frames.next();
      if (frame.type === "output") {
        seen = frame.offset + frame.bytes.length;
        // It gets no more before it has acknowledged that.
        if (seen >= 131_072) frozen.send({ type: "ack", offset: seen });
      }
      if (frame.type !== "snapshot") continue;
      assert(frame.offset > seen && frame.bytes.length > 0);
      frozen.send({ type: "ack", offset: frame.offset });
      const { offset } = await frozen.next("output");
      assertEquals(offset, frame.offset);
      break;
    }
  },
);

Deno.test(
  "a hidden viewer delays no program, and gets a snapshot when it is shown",
  bounded,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    const { id } = await served.terminal.start();
    const hidden = served.view(id, await served.login());
    await hidden.next("input_ack");
    hidden.send({ type: "visibility", hidden: true });
    // Nobody acknowledges any of it, and the program ends all the same.
    hidden.type(1, "stty -echo; seq 1 400000; echo do''ne; exec cat\r");
    const owner = served.view(id, await served.login("view", id));
    await owner.next("role");
    for (let text = ""; !text.includes("done");) {
      const frame = await owner.frames.next();
      if (frame.type !== "output" && frame.type !== "snapshot") continue;
      text = text.slice(-100) + new TextDecoder().decode(frame.bytes);
      const { offset, type, bytes } = frame;
      const end = type === "output" ? offset + bytes.length : offset;
      owner.send({ type: "ack", offset: end });
    }
    hidden.send({ type: "visibility", hidden: false });
    let seen = 0;
    let snapshots = 0;
    for (let text = ""; !text.includes("done");) {
      const frame = await hidden.frames.next();
      if (frame.type !== "output" && frame.type !== "snapshot") continue;
      const { type, offset, bytes } = frame;
      if (type === "snapshot") {
        assert(offset > seen);
        snapshots++;
      }
      seen = type === "output" ? offset + bytes.length : offset;
      hidden.send({ type: "ack", offset: seen });
      text = text.slice(-100) + new TextDecoder().decode(bytes);
    }
    assert(snapshots > 0);
  },
);

Deno.test(
  "the size follows who types or asks for it, and a client that comes back takes nothing",
  bounded,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const query = "&name=Desktop";
    const desktop = served.view(id, cookie, { clientId: "desktop", query });
    await desktop.next("input_ack");
    desktop.send({ type: "resize", columns: 116, rows: 37 });
    const size = async () => {
      const { columns, owner } = await desktop.next("size");
      return [columns, owner?.clientId, owner?.name];
    };
    assertEquals(await size(), [116, "desktop", "Desktop"]);
    const attachPhone = async () => {
      const phone = served.view(id, cookie, {
        clientId: "phone",
        query: "&name=Phone",
      });
      await phone.next("input_ack");
      phone.send({ type: "resize", columns: 43, rows: 29 });
      phone.send({ type: "ping", id: 1 });
      await phone.next("pong");
      return phone;
    };
    const phone = await attachPhone();
    phone.type(1, ":\r");
    assertEquals(await size(), [43, "phone", "Phone"]);
    desktop.send({ type: "use_size" });
    assertEquals(await size(), [116, "desktop", "Desktop"]);
    phone.send({ type: "detach" });
    await phone.closed;
    await attachPhone();
    // It is still the size of the desktop, who hears nothing of the phone.
    desktop.send({ type: "resize", columns: 117, rows: 37 });
    assertEquals(await size(), [117, "desktop", "Desktop"]);
    const shown = await json(
      served.request("GET", `sessions/${id}`, { cookie }),
    );
    assertEquals(shown.columns, 117);
  },
);

Deno.test(
  "a session starts at the size that is asked for",
  bounded,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    const cookie = await served.login();
    const started = await json(
      served.request("POST", "sessions", {
        cookie,
        body: { columns: 140, rows: 47 },
      }),
      201,
    );
    assertEquals([started.columns, started.rows], [140, 47]);
  },
);

Deno.test(
  "the API shows the directory, the program in the foreground and the viewers",
  bounded,
  async () => {
    const directory = await Deno.makeTempDir();
    await using served = new Served({
      commands: [SHELL],
      directories: [directory],
    });
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const query = "&name=Desktop";
    const viewer = served.view(id, cookie, { clientId: "desktop", query });
    await viewer.next("input_ack");
    viewer.type(1, "stty -echo; exec cat\r");
    await viewer.next("output");
    let shown = await json(served.request("GET", `sessions/${id}`, { cookie }));
    while (shown.foreground !== "cat") {
      shown = await json(served.request("GET", `sessions/${id}`, { cookie }));
    }
    assertEquals(shown.directory, await Deno.realPath(directory));
    assertEquals<unknown>(shown.attached, [{
      id: "desktop",
      name: "Desktop",
      role: "control",
      hidden: false,
      ownsSize: false,
    }]);
    await Deno.remove(directory);
  },
);

Deno.test(
  "a viewer of a server that has restarted since learns it, login or not",
  bounded,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const viewer = served.view(id, cookie);
    const { serverId } = await viewer.next("hello");
    const { server } = await json(served.request("GET", "health"));
    assertEquals<unknown>(server, serverId);
    const path = `sessions/${id}`;
    const same = await json(
      served.request("GET", `${path}?server=${serverId}`, { cookie }),
    );
    assertEquals(same.id, id);
    const other = await json(
      served.request("GET", `${path}?server=other`),
      410,
    );
    assertEquals(other.code, "restarted");
  },
);
