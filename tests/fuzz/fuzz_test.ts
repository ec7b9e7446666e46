import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { Fuzz } from "./fuzz.ts";

Deno.test(
  "whatever frames of a peer are spoiled, it gets a typed error and nothing else is disturbed",
  bounded,
  async () => {
    await using fuzz = await Fuzz.begin();
    for (let batch = 0; batch < (isSlow ? 4 : 1); batch++) {
      const counts = { reader: 500, listener: 150, dialler: 100 };
      await fuzz.batch(1 + 1000 * batch, counts);
    }
  },
);
