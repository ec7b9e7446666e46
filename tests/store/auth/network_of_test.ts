import { assertEquals } from "@std/assert";
import { networkOf } from "../../../src/store/auth/network_of.ts";

Deno.test("a client of IPv6 counts by its first 64 bits, and one of IPv4 by its address", () => {
  for (
    const [address, network] of [
      ["192.0.2.7", "192.0.2.7"],
      ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
      ["2001:db8:1:2::", "2001:db8:1:2"],
      ["2001:0DB8:0001:0002:ffff::1", "2001:db8:1:2"],
      ["2001:db8::1", "2001:db8:0:0"],
      ["::1", "0:0:0:0"],
      ["::", "0:0:0:0"],
      ["fe80::1%eth0", "fe80:0:0:0"],
      // Whatever else a proxy calls a client.
      ["local", "local"],
      ["user:17", "user:17"],
      ["user:17:x", "user:17:x"],
      ["192.0.2.7:8080", "192.0.2.7:8080"],
      // The same client, as a socket for both families names it.
      ["::ffff:192.0.2.7", "192.0.2.7"],
      ["::FFFF:c000:0207", "192.0.2.7"],
      ["0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"],
    ] as const
  ) assertEquals(networkOf(address), network, address);
});
