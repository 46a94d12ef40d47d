/**
 * Numbers 0, 1, 2 … for keys in the order of their first appearance, without holding the keys: 24 bytes for each,
 * where a Map of strings takes 150. Keys are told apart by 64 bits of hash, so among a million of them two are
 * taken for one with a probability of 3 in 100 million.
 */
export class KeyTable {
  #size = 0;
  /** High half, low half and number + 1 of each slot; 0 is a free slot. */
  #slots = new Uint32Array(3 * 1024);

  get size(): number {
    return this.#size;
  }

  /** The key's number; a new key gets the next one. */
  add(key: string): number {
    if ((this.#size + 1) * 3 * 2 > this.#slots.length) this.#grow();
    const [high, low] = hash(key);
    const slot = this.#slotOf(high, low);
    const number = this.#slots[slot + 2] ?? 0;
    if (number > 0) return number - 1;
    this.#slots.set([high, low, ++this.#size], slot);
    return this.#size - 1;
  }

  /** -1 for a key that was never added. */
  find(key: string): number {
    return (this.#slots[this.#slotOf(...hash(key)) + 2] ?? 0) - 1;
  }

  #slotOf(high: number, low: number): number {
    const slots = this.#slots;
    let slot = (low % (slots.length / 3)) * 3;
    while (slots[slot + 2] !== 0 && (slots[slot] !== high || slots[slot + 1] !== low))
      slot = (slot + 3) % slots.length;
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 3) {
      const number = old[i + 2] ?? 0;
      if (number === 0) continue;
      const [high, low] = [old[i] ?? 0, old[i + 1] ?? 0];
      this.#slots.set([high, low, number], this.#slotOf(high, low));
    }
  }
}

/** One number a row, by the numbers of a `KeyTable`. Zero where nothing was set. */
export class Column {
  #values = new Float64Array(1024);

  get(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }
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
