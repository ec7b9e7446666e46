/**
 * The calls of a client by its control connection. What it tracks lives as long
 * as that: over cuts, and no longer than the session.
 *
 * @module
 */
import { type LogicalConnection, ProtocolError } from "../../../session/mod.ts";
import { TroupeError } from "../../../actor/mod.ts";
import { StreamNotFoundError } from "../../errors.ts";
import type { PresenceEntry } from "../../presence.ts";
import type { BusStream } from "../../stream.ts";
import {
  decodeFields,
  encodeFields,
  type Fields,
  fieldsField,
  numberField,
  type Operation,
  OPERATIONS,
  optionalNumber,
  optionalOneOf,
  optionalText,
  textField,
} from "../control_protocol.ts";
import { isKnown, toFailure } from "../failures.ts";
import { infoFields, streamOptionsOf } from "../stream_fields.ts";
import { rawSubject } from "./bus_source.ts";
import type { ServedClient } from "./served_client.ts";

/** Calls of one client that are under way, until no more is read. */
const MAX_CALLS = 64;

/** An entry of presence of the client. */
interface Tracked {
  readonly topic: string;
  readonly entry: PresenceEntry;
}

/** The control connection of one client. */
export class ControlServer {
  readonly #connection: LogicalConnection;
  readonly #client: ServedClient;
  readonly #entries = new Map<number, Tracked>();
  readonly #calls = new Set<Promise<void>>();
  #lastEntry = 0;

  constructor(connection: LogicalConnection, client: ServedClient) {
    this.#connection = connection;
    this.#client = client;
  }

  /** Serves it until the client has closed it, or is gone. */
  async serve(): Promise<void> {
    const { source, settings } = this.#client;
    await this.#connection.send(encodeFields({
      features: [...source.bus.features],
      maxMessageBytes: settings.limits.maxMessageBytes,
    }));
    const judgeAgain = (): Promise<void> => this.#judgeAgain();
    this.#client.onReauthorize.add(judgeAgain);
    try {
      for await (const message of this.#connection) {
        const call = this.#call(decodeFields(message));
        this.#calls.add(call);
        call.finally(() => this.#calls.delete(call)).catch(() => {});
        if (this.#calls.size >= MAX_CALLS) await Promise.race(this.#calls);
      }
    } finally {
      this.#client.onReauthorize.delete(judgeAgain);
      await Promise.allSettled(this.#calls);
      await Promise.allSettled(
        [...this.#entries.keys()].map((number) => this.#untrack(number)),
      );
    }
  }

  /** Ends the entries in topics that the client may not be in any more. */
  async #judgeAgain(): Promise<void> {
    for (const { topic, entry } of [...this.#entries.values()]) {
      const verdict = await this.#client.authorizer.judge("track", topic);
      if (verdict !== undefined) await entry[Symbol.asyncDispose]();
    }
  }

  async #untrack(number: number): Promise<void> {
    const tracked = this.#entries.get(number);
    if (tracked === undefined) return;
    this.#entries.delete(number);
    this.#client.remove("tracked");
    await tracked.entry[Symbol.asyncDispose]();
  }

  async #call(call: Fields): Promise<void> {
    const id = numberField(call, "id");
    const operation = optionalOneOf(call, "operation", OPERATIONS);
    if (operation === undefined) {
      throw new ProtocolError("A call lacks what it asks");
    }
    const fields = fieldsField(call, "fields");
    let reply: Fields;
    try {
      reply = { id, result: await this.#do(operation, fields) };
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      if (!isKnown(error) && !(error instanceof TroupeError)) {
        this.#client.settings.onError(error);
      }
      reply = { id, ...toFailure(error) };
    }
    await this.#connection.send(encodeFields(reply));
  }

  async #do(operation: Operation, fields: Fields): Promise<Fields> {
    const client = this.#client;
    const { bus } = client.source;
    switch (operation) {
      case "track": {
        const topic = textField(fields, "topic");
        await client.authorizer.check("track", topic);
        client.add("tracked");
        try {
          const entry = await bus.track(
            topic,
            textField(fields, "key"),
            fields["meta"] ?? null,
          );
          this.#entries.set(++this.#lastEntry, { topic, entry });
          return { entry: this.#lastEntry };
        } catch (error) {
          client.remove("tracked");
          throw error;
        }
      }
      case "update": {
        const tracked = this.#entries.get(numberField(fields, "entry"));
        if (tracked === undefined) return {};
        await client.authorizer.check("track", tracked.topic);
        await tracked.entry.update(fields["meta"] ?? null);
        return {};
      }
      case "untrack":
        await this.#untrack(numberField(fields, "entry"));
        return {};
      case "stream": {
        const name = textField(fields, "name");
        await client.authorizer.check("stream", name);
        const options = streamOptionsOf(fieldsField(fields, "options"));
        await this.#checkCapture(name, options.subjects);
        if (!client.streams.has(name)) client.add("streams");
        try {
          client.streams.set(name, await bus.stream(name, options));
        } catch (error) {
          if (!client.streams.has(name)) client.remove("streams");
          throw error;
        }
        return {};
      }
      case "streams": {
        const names: string[] = [];
        for (const name of await bus.streams()) {
          const verdict = await client.authorizer.judge("stream", name);
          if (verdict === undefined) names.push(name);
        }
        return { names };
      }
      case "info":
        return infoFields(await (await this.#stream(fields, "stream")).info());
      case "last": {
        const stream = await this.#stream(fields, undefined);
        const subject = textField(fields, "subject");
        await client.authorizer.check("consume", subject);
        const record = await stream.last(rawSubject(subject));
        if (record === undefined) return {};
        const { value: bytes, sequence, timestampMs } = record;
        return {
          record: { subject: record.subject, bytes, sequence, timestampMs },
        };
      }
      case "purge": {
        const stream = await this.#stream(fields, "manage");
        const pattern = optionalText(fields, "pattern");
        const beforeSequence = optionalNumber(fields, "beforeSequence");
        return {
          ...await stream.purge({
            ...pattern === undefined ? {} : { pattern },
            ...beforeSequence === undefined ? {} : { beforeSequence },
          }),
        };
      }
      case "delete_consumer":
        await (await this.#stream(fields, "manage"))
          .deleteConsumer(textField(fields, "consumer"));
        return {};
      case "delete": {
        const stream = await this.#stream(fields, "manage");
        await stream.delete();
        if (client.streams.delete(stream.name)) client.remove("streams");
        return {};
      }
      default:
        operation satisfies never;
        return {};
    }
  }

  /** Checks that the client may have a stream that is new keep its subjects. */
  async #checkCapture(
    name: string,
    subjects: readonly string[],
  ): Promise<void> {
    const { authorizer, source } = this.#client;
    if ((await source.bus.streams()).includes(name)) return;
    for (const subject of subjects) {
      await authorizer.check("subscribe", subject);
    }
  }

  async #stream(
    fields: Fields,
    operation: "stream" | "manage" | undefined,
  ): Promise<BusStream> {
    const name = textField(fields, "stream");
    if (operation !== undefined) {
      await this.#client.authorizer.check(operation, name);
    }
    const stream = this.#client.streams.get(name);
    if (stream !== undefined) return stream;
    throw new StreamNotFoundError(
      `Cannot use the stream ${name}: the client has not opened it`,
    );
  }
}
