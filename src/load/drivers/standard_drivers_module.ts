/**
 * The standard drivers, for workers.
 *
 * @module
 */
import type { DriverMap } from "../driver.ts";
import { standardDrivers } from "./drivers.ts";

const drivers: DriverMap = standardDrivers();

export default drivers;
