import { Bits } from "#server/engine/bits.ts";
import type { Field } from "#server/engine/schema.ts";
import { isArray, kindOf } from "#server/engine/schema.ts";
import type { Cutting } from "#server/engine/words.ts";
import { normal } from "#server/engine/words.ts";

/** Twice as long, at least. */
function grown<T extends Int32Array | Float64Array>(array: T, slot: number, nothing: number): T {
  if (slot < array.length) return array;
  const more = new (array.constructor as new (length: number) => T)(Math.max(slot + 1, array.length * 2, 1024));
  more.fill(nothing, array.length);
  more.set(array);
  return more;
}

const NONE = -1;

/** Texts of one field: each value once, and by slot the codes of those it has. */
export class TextColumn {
  readonly field: Field;
  readonly values: (string | undefined)[] = [];
  /** What filters compare, by code. */
  readonly normals: string[] = [];
  readonly #cutting: Cutting;
  readonly #codes = new Map<string, number>();
  readonly #uses: number[] = [];
  readonly #free: number[] = [];
  #one = new Int32Array(0);
  #many: (readonly number[] | undefined)[] = [];

  constructor(field: Field, cutting: Cutting) {
    this.field = field;
    this.#cutting = cutting;
  }

  #take(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) {
      (this.#uses[known] as number)++;
      return known;
    }
    const code = this.#free.pop() ?? this.values.length;
    this.values[code] = value;
    this.normals[code] = normal(value, this.#cutting);
    this.#uses[code] = 1;
    this.#codes.set(value, code);
    return code;
  }

  #release(code: number): void {
    if (--(this.#uses[code] as number) > 0) return;
    this.#codes.delete(this.values[code] as string);
    this.values[code] = undefined;
    this.normals[code] = "";
    this.#free.push(code);
  }

  put(slot: number, value: unknown): void {
    const before = this.codesOf(slot);
    if (isArray(this.field)) {
      const items = value === undefined ? undefined : [...new Set(value as string[])];
      this.#many[slot] = items?.map((item) => this.#take(item));
    } else {
      this.#one = grown(this.#one, slot, NONE);
      this.#one[slot] = value === undefined ? NONE : this.#take(value as string);
    }
    for (const code of before) this.#release(code);
  }

  codesOf(slot: number): readonly number[] {
    if (isArray(this.field)) return this.#many[slot] ?? [];
    const code = this.#one[slot] ?? NONE;
    return code === NONE ? [] : [code];
  }

  /** Visits each value that a slot has. */
  eachCode(slot: number, visit: (code: number) => void): void {
    if (isArray(this.field)) for (const code of this.#many[slot] ?? []) visit(code);
    else {
      const code = this.#one[slot] ?? NONE;
      if (code !== NONE) visit(code);
    }
  }

  /** The slots that have one of the values that pass. */
  slotsWhere(passes: (code: number) => boolean): Bits {
    const wanted = new Uint8Array(this.values.length);
    for (let code = 0; code < wanted.length; code++)
      if (this.values[code] !== undefined && passes(code)) wanted[code] = 1;
    const bits = new Bits(Math.max(this.#one.length, this.#many.length));
    for (let slot = 0; slot < this.#one.length; slot++) if (wanted[this.#one[slot] as number] === 1) bits.add(slot);
    this.#many.forEach((codes, slot) => {
      if (codes?.some((code) => wanted[code] === 1)) bits.add(slot);
    });
    return bits;
  }

  /** For sorting; undefined where the slot has none. */
  keyAt(slot: number): string | undefined {
    const [code] = this.codesOf(slot);
    return code === undefined ? undefined : this.normals[code];
  }
}

/** Numbers of one field, and what is true or false as 1 or 0. */
export class NumberColumn {
  readonly field: Field;
  #one = new Float64Array(0);
  #many: (readonly number[] | undefined)[] = [];

  constructor(field: Field) {
    this.field = field;
  }

  put(slot: number, value: unknown): void {
    if (isArray(this.field)) {
      this.#many[slot] = value === undefined ? undefined : (value as unknown[]).map(Number);
      return;
    }
    this.#one = grown(this.#one, slot, Number.NaN);
    this.#one[slot] = value === undefined ? Number.NaN : Number(value);
  }

  eachNumber(slot: number, visit: (value: number) => void): void {
    if (isArray(this.field)) for (const value of this.#many[slot] ?? []) visit(value);
    else {
      const value = this.#one[slot] ?? Number.NaN;
      if (!Number.isNaN(value)) visit(value);
    }
  }

  slotsWhere(passes: (value: number) => boolean): Bits {
    const bits = new Bits(Math.max(this.#one.length, this.#many.length));
    for (let slot = 0; slot < this.#one.length; slot++) {
      const value = this.#one[slot] as number;
      if (!Number.isNaN(value) && passes(value)) bits.add(slot);
    }
    this.#many.forEach((values, slot) => {
      if (values?.some(passes)) bits.add(slot);
    });
    return bits;
  }

  keyAt(slot: number): number | undefined {
    const value = isArray(this.field) ? this.#many[slot]?.[0] : this.#one[slot];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }
}

export type Column = TextColumn | NumberColumn;

export const columnFor = (field: Field, cutting: Cutting): Column =>
  kindOf(field) === "string" ? new TextColumn(field, cutting) : new NumberColumn(field);
