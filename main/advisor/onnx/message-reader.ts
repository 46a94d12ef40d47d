import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { unusable } from './model-error.ts';
import { MOST_ITEMS } from './onnx-graph.ts';

/** Reads one field of a message, whose tag is passed already; false: the field may be skipped. */
export type Field = (field: number, wire: WireType) => boolean;

/** Protobuf messages that may be damaged or hostile: no part leaves its bounds, and all lists together are bounded. */
export class MessageReader {
  readonly #reader: BinaryReader;
  #items = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new BinaryReader(bytes);
  }

  /** The outermost message: all of the bytes. */
  all(read: Field): void {
    this.fields(this.#reader.len, read);
  }

  /** Packed or one by one: both are valid. */
  ints(wire: WireType, into: number[]): void {
    if (wire !== WireType.LengthDelimited) {
      into.push(this.counted(() => this.int()));
      return;
    }
    const end = this.end();
    while (this.#reader.pos < end) into.push(this.counted(() => this.int()));
    if (this.#reader.pos !== end) throw unusable('a list is cut off');
  }

  message(read: Field): void {
    this.fields(this.end(), read);
  }

  bytes(): Uint8Array {
    return this.#reader.bytes();
  }

  private fields(end: number, read: Field): void {
    const reader = this.#reader;
    while (reader.pos < end) {
      const [field, wire] = reader.tag();
      if (!read(field, wire)) reader.skip(wire, field);
    }
    if (reader.pos !== end) throw unusable('its parts run into each other');
  }

  /** Where the message ends whose length comes next. */
  private end(): number {
    const length = this.#reader.uint32();
    const end = this.#reader.pos + length;
    if (end > this.#reader.len) throw unusable('it is cut off');
    return end;
  }

  int(): number {
    const value = Number(this.#reader.int64());
    if (!Number.isSafeInteger(value)) throw unusable('a number in it is too large');
    return value;
  }

  text(): string {
    return this.#reader.string();
  }

  counted<T>(read: () => T): T {
    this.count(1);
    return read();
  }

  count(items: number): void {
    this.#items += items;
    if (this.#items > MOST_ITEMS) throw unusable(`it holds more than ${MOST_ITEMS} numbers`);
  }
}
