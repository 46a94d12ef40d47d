/**
 * Numbers 0, 1, 2 … for keys in the order of their first appearance, without holding the keys: about 24 bytes for
 * each, where a Map of strings takes 150. Keys are told apart by 64 bits of hash, so among a million of them two are
 * taken for one with a probability of 3 in 100 million.
 */
export class KeyTable {
  #size = 0;
  /** Many small tables in place of one, so that none holds up the event loop when it grows. */
  readonly #parts = Array.from({ length: 256 }, () => new Part());

  get size(): number {
    return this.#size;
  }

  /** The key's number; a new key gets the next one. */
  add(key: string): number {
    const [high, low] = hash(key);
    const number = this.#part(high).add(high, low, this.#size);
    if (number === this.#size) this.#size += 1;
    return number;
  }

  /** -1 for a key that was never added. */
  find(key: string): number {
    const [high, low] = hash(key);
    return this.#part(high).find(high, low);
  }

  #part(high: number): Part {
    // The index has 8 bits: there always is such a part.
    return this.#parts[high >>> 24] as Part;
  }
}

/** Open addressing; high half, low half and number + 1 of each slot, 0 being a free one. */
class Part {
  #size = 0;
  #slots = new Uint32Array(3 * 32);

  add(high: number, low: number, next: number): number {
    if ((this.#size + 1) * 3 * 4 > this.#slots.length * 3) this.#grow();
    const slot = this.#slotOf(high, low);
    const number = this.#slots[slot + 2] ?? 0;
    if (number > 0) return number - 1;
    this.#put(slot, high, low, next + 1);
    this.#size += 1;
    return next;
  }

  find(high: number, low: number): number {
    return (this.#slots[this.#slotOf(high, low) + 2] ?? 0) - 1;
  }

  #slotOf(high: number, low: number): number {
    const slots = this.#slots;
    let slot = (low % (slots.length / 3)) * 3;
    while (slots[slot + 2] !== 0 && (slots[slot] !== high || slots[slot + 1] !== low))
      slot = (slot + 3) % slots.length;
    return slot;
  }

  #put(slot: number, high: number, low: number, number: number): void {
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#slots[slot + 2] = number;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 3) {
      const number = old[i + 2] ?? 0;
      if (number === 0) continue;
      const [high, low] = [old[i] ?? 0, old[i + 1] ?? 0];
      this.#put(this.#slotOf(high, low), high, low, number);
    }
  }
}

const PAGE = 8192;

/** One number a row, by the numbers of a `KeyTable`. Zero where nothing was set. */
export class Column {
  readonly #pages: Float64Array[] = [];

  get(index: number): number {
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE] ?? 0;
  }

  set(index: number, value: number): void {
    const number = Math.floor(index / PAGE);
    while (this.#pages.length <= number) this.#pages.push(new Float64Array(PAGE));
    const page = this.#pages[number];
    if (page) page[index % PAGE] = value;
  }
}

/** 53 bits of the text's hash, as a number that a `Column` can hold. */
export function hashNumber(text: string): number {
  const [high, low] = hash(text);
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** Two 32-bit multiply-and-xor hashes over the UTF-16 units, mixed at the end as MurmurHash3 does. */
function hash(key: string): [high: number, low: number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
    b ^= b >>> 15;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return [a >>> 0, b >>> 0];
}
