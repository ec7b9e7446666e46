/**
 * The drivers of the command line, for workers too.
 *
 * @module
 */
import type { DriverMap } from "../driver.ts";
import { standardDrivers } from "../drivers/drivers.ts";
import { terminalDriver } from "../drivers/terminal.ts";

const drivers: DriverMap = {
  ...standardDrivers(),
  terminal: terminalDriver(),
};

export default drivers;
