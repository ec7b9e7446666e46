/**
 * A program on a PTY, without a browser: its output is shown, a line is typed,
 * and its exit comes after its last byte.
 *
 * Permissions: --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env
 *
 * Run it:
 * deno run --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env examples/pty_session.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { type PtyExit, ptySupervisor, spawnPty } from "@troupe/troupe/pty";

const SCRIPT = 'printf "Your name? "; read name; echo "Hello, $name"; tty -s';

await using system = new ActorSystem();
const supervisor = system.spawn(ptySupervisor());
const session = await spawnPty(supervisor, {
  command: "sh",
  args: ["-c", SCRIPT],
});

const output = new TransformStream<Uint8Array, Uint8Array>();
const writer = output.writable.getWriter();
const exited = Promise.withResolvers<PtyExit>();
await using attachment = await session.attach({
  viewer: {
    tell(event) {
      if (event.type === "output") {
        const { length } = event.bytes;
        // A slow reader slows down the program, and loses nothing.
        writer.write(event.bytes).then(() => attachment.acknowledge(length));
      } else if (event.type === "exit") {
        writer.close();
        exited.resolve(event.exit);
      }
      return true;
    },
  },
});

let shown = "";
for await (
  const text of output.readable.pipeThrough(new TextDecoderStream())
) {
  if (shown === "") {
    // What is typed is echoed, as on every terminal.
    await attachment.write(new TextEncoder().encode("Briseis\r"));
  }
  shown += text;
}
console.log(shown.trimEnd().replaceAll("\r", ""));
console.log(await exited.promise);
