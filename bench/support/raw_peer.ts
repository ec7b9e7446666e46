/**
 * The raw server in a process of its own; see {@linkcode PeerProcess}.
 *
 * @module
 */

import { announce } from "./peer_process.ts";
import { RawServer } from "./raw_server.ts";

if (import.meta.main) await announce(new RawServer().port);
