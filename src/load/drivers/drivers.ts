/**
 * The drivers that scenarios can use without any code.
 *
 * @module
 */
import { checkNoArguments } from "../../checks/internal.ts";
import type { Driver } from "../driver.ts";
import { httpDriver } from "./http.ts";
import { logicalDriver } from "./logical.ts";
import { sseDriver } from "./sse.ts";
import { tcpDriver } from "./tcp.ts";
import { webTerminalDriver } from "./web_terminal.ts";
import { websocketDriver } from "./websocket.ts";

/**
 * Makes the drivers `http`, `websocket`, `sse`, `tcp`, `logical` and
 * `web_terminal`, with their default options. Nothing is opened or loaded
 * before a user needs it. The driver for programs on pseudo-terminals is not
 * among them: `terminalDriver()` of `@troupe/troupe/load/terminal` makes it.
 *
 * @example
 * ```ts
 * import { functionDriver, standardDrivers } from "@troupe/troupe/load";
 *
 * const drivers = {
 *   ...standardDrivers(),
 *   own: functionDriver({ wait: () => {} }),
 * };
 * console.assert(Object.keys(drivers).includes("http"));
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function standardDrivers(): Readonly<Record<string, Driver>> {
  checkNoArguments("standardDrivers()", arguments);
  const drivers = {
    http: httpDriver(),
    websocket: websocketDriver(),
    sse: sseDriver(),
    tcp: tcpDriver(),
    logical: logicalDriver(),
    "web_terminal": webTerminalDriver(),
  };
  for (const [name, driver] of Object.entries(drivers)) {
    standard.set(driver, name);
  }
  return drivers;
}

const standard = new WeakMap<Driver, string>();

/**
 * Returns whether {@linkcode standardDrivers} made the driver and called it so:
 * another thread can make its like.
 */
export function isStandardDriver(name: string, driver: Driver): boolean {
  return standard.get(driver) === name;
}
