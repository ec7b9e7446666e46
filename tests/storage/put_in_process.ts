// Puts an object of which no end comes, and says when its bytes are written.
import { directoryStorage } from "../../src/storage/mod.ts";

const [directory = ""] = Deno.args;
let asked = 0;
const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
  async pull(controller) {
    if (asked++ === 1) {
      console.log("written");
      await new Promise((resolve) => setTimeout(resolve, 1e9));
    }
    controller.enqueue(new Uint8Array(100_000));
  },
}, { highWaterMark: 0 });
await directoryStorage(directory).put("endless", endless);
