/**
 * Drivers for workers of tests.
 *
 * @module
 */
import type { DriverMap } from "../../../../src/load/driver.ts";
import { functionDriver } from "../../../../src/load/drivers/function.ts";
import { httpDriver } from "../../../../src/load/drivers/http.ts";

const drivers: DriverMap = {
  http: httpDriver(),
  own: functionDriver({
    nothing: () => {},
    fail({ request }) {
      throw new RangeError(`${request.text}`);
    },
    async hang({ signal }) {
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
    die() {
      queueMicrotask(() => {
        throw new Error("the worker dies");
      });
    },
  }),
};

export default drivers;
