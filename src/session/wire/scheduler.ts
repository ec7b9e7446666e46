/**
 * Schedules streams: deficit round-robin by bytes (Shreedhar and Varghese,
 * 1995) within a class. Every stream of a class that has something to send
 * gets the same number of bytes, however large its messages. A higher class
 * goes first; a lower one has a turn now and then, so that none starves.
 *
 * @module
 */
import { Ring } from "../../actor/internal.ts";
import { Priority } from "./protocol.ts";

/** A stream that has frames to send. */
export interface Sendable {
  /** Bytes that it may still send in its turn; only the scheduler uses it. */
  deficit: number;
  /** Whether it is in a round; only the scheduler uses it. */
  active: boolean;
  /** The class whose round it is in. */
  readonly priority: Priority;
  /** Returns the bytes of its next frame; 0 if it has none or may not send it. */
  nextFrameBytes(): number;
  /** Sends its next frame. */
  sendFrame(): void;
  /** Sends its next frames, as far as there is room: nobody else waits. */
  sendAlone(): void;
}

/** Bytes that each stream gets in one round. */
const QUANTUM_BYTES = 16_384;
/** Turns of higher classes after which a lower one has a turn. */
const TURNS_BEFORE_LOWER = 8;
/** Fewer members than these are not worth a sweep. */
const LEAST_SWEPT = 256;

/** The round of a class, and how long it has waited for higher ones. */
class Round {
  readonly members = new Ring<Sendable>();
  turnsWaited = 0;
}

/** The rounds of the streams that have something to send. */
export class Scheduler {
  readonly #normal = new Round();
  readonly #rounds: Record<Priority, Round> = {
    [Priority.NORMAL]: this.#normal,
    [Priority.HIGH]: new Round(),
    [Priority.LOW]: new Round(),
  };
  readonly #highestFirst = [
    this.#rounds[Priority.HIGH],
    this.#normal,
    this.#rounds[Priority.LOW],
  ];
  #active = 0;
  #isRunning = false;
  /**
   * Members from which on the next one causes a sweep. While a peer reads
   * nothing no turn comes, and streams that are opened and reset would pile up.
   */
  #sweepAt = LEAST_SWEPT;

  /** Whether no stream waits. */
  get idle(): boolean {
    return this.#active === 0;
  }

  /** Adds a stream at the end of its round. */
  activate(sendable: Sendable): void {
    if (sendable.active) return;
    sendable.active = true;
    sendable.deficit = 0;
    if (this.#active >= this.#sweepAt) this.#sweep();
    this.#rounds[sendable.priority].members.push(sendable);
    this.#active++;
  }

  /** Sends frames while `hasRoom` returns true. */
  run(hasRoom: () => boolean): void {
    // Whoever makes the messages of a batch may send others meanwhile.
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      this.#run(hasRoom);
    } finally {
      this.#isRunning = false;
    }
  }

  #run(hasRoom: () => boolean): void {
    while (this.#active > 0 && hasRoom()) {
      const { members } = this.#next();
      const next = members.peek() as Sendable;
      const bytes = next.nextFrameBytes();
      if (bytes === 0) {
        members.shift();
        next.active = false;
        this.#active--;
      } else if (this.#active === 1) {
        next.sendAlone();
      } else if (bytes <= next.deficit) {
        next.deficit -= bytes;
        next.sendFrame();
      } else {
        next.deficit += QUANTUM_BYTES;
        members.shift();
        members.push(next);
        this.#turnTaken(members);
      }
    }
  }

  /** Removes those that have nothing to send any more; keeps the order. */
  #sweep(): void {
    for (const { members } of this.#highestFirst) {
      for (let left = members.length; left > 0; left--) {
        const next = members.shift() as Sendable;
        if (next.nextFrameBytes() > 0) members.push(next);
        else {
          next.active = false;
          this.#active--;
        }
      }
    }
    this.#sweepAt = Math.max(LEAST_SWEPT, 2 * this.#active);
  }

  #next(): Round {
    let next: Round | undefined;
    for (const round of this.#highestFirst) {
      if (round.members.length === 0) continue;
      if (round.turnsWaited >= TURNS_BEFORE_LOWER) return round;
      next ??= round;
    }
    return next as Round;
  }

  /** Notes that the classes below have waited for one more turn. */
  #turnTaken(members: Ring<Sendable>): void {
    let below = false;
    for (const round of this.#highestFirst) {
      if (round.members === members) {
        round.turnsWaited = 0;
        below = true;
      } else if (below && round.members.length > 0) round.turnsWaited++;
    }
  }
}
