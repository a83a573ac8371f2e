/** A set of slots, a bit each: what a filter leaves of a collection. */
export class Bits {
  #words: Uint32Array;

  constructor(slots = 0) {
    this.#words = new Uint32Array(Math.max(1, (slots + 31) >>> 5));
  }

  static of(slots: Iterable<number>, size: number): Bits {
    const bits = new Bits(size);
    for (const slot of slots) bits.add(slot);
    return bits;
  }

  add(slot: number): void {
    const word = slot >>> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    (this.#words as Uint32Array)[word] = (this.#words[word] as number) | (1 << (slot & 31));
  }

  delete(slot: number): void {
    const word = slot >>> 5;
    if (word < this.#words.length) this.#words[word] = (this.#words[word] as number) & ~(1 << (slot & 31));
  }

  has(slot: number): boolean {
    return (((this.#words[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;
  }

  clone(): Bits {
    const copy = new Bits();
    copy.#words = this.#words.slice();
    return copy;
  }

  and(other: Bits): this {
    for (let at = 0; at < this.#words.length; at++)
      this.#words[at] = (this.#words[at] as number) & (other.#words[at] ?? 0);
    return this;
  }

  andNot(other: Bits): this {
    for (let at = 0; at < this.#words.length; at++)
      this.#words[at] = (this.#words[at] as number) & ~(other.#words[at] ?? 0);
    return this;
  }

  or(other: Bits): this {
    if (other.#words.length > this.#words.length) {
      const grown = new Uint32Array(other.#words.length);
      grown.set(this.#words);
      this.#words = grown;
    }
    for (let at = 0; at < other.#words.length; at++)
      this.#words[at] = (this.#words[at] as number) | (other.#words[at] as number);
    return this;
  }

  get size(): number {
    let size = 0;
    for (let word of this.#words) for (; word !== 0; size++) word &= word - 1;
    return size;
  }

  get isEmpty(): boolean {
    return this.#words.every((word) => word === 0);
  }

  each(visit: (slot: number) => void): void {
    for (let at = 0; at < this.#words.length; at++) {
      let word = this.#words[at] as number;
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word);
        visit(at * 32 + bit);
        word &= word - 1;
      }
    }
  }
}
