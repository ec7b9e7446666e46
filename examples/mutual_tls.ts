/**
 * Mutual TLS: the server identifies a client by its certificate, and refuses
 * one that has none. The keys in certificates/ are public: see make.sh there.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-read=examples/certificates
 *
 * Run it from the root of the repository:
 * deno run --allow-net=127.0.0.1 --allow-read=examples/certificates examples/mutual_tls.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem, ConnectionPool, listen } from "@troupe/troupe";

const read = (name: string): string =>
  Deno.readTextFileSync(new URL(`certificates/${name}`, import.meta.url));
const ca = read("ca.pem");

await using system = new ActorSystem();
await using listener = listen(system, {
  port: 0,
  tls: {
    cert: read("server.pem"),
    key: read("server.key"),
    clientCaCerts: [ca],
  },
  // The name in the certificate, which the client has proved to own.
  authenticate: ({ certificate }) => certificate?.subject.match(/CN=(.*)/)?.[1],
  async serve(connection) {
    const greeting = `welcome, ${connection.identity}`;
    await connection.send(new TextEncoder().encode(greeting));
  },
});

await using pool = new ConnectionPool(system, {
  tls: { caCerts: [ca], cert: read("client.pem"), key: read("client.key") },
});
const connection = await pool.connect(listener.address);
console.log(new TextDecoder().decode(await connection.receive()));

await using stranger = new ConnectionPool(system, { tls: { caCerts: [ca] } });
try {
  await stranger.connect(listener.address);
} catch (error) {
  console.log(`without a certificate: ${error}`);
}
