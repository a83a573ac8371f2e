import { Bits } from "#server/engine/bits.ts";
import type { Column } from "#server/engine/columns.ts";
import { columnFor } from "#server/engine/columns.ts";
import type { Document } from "#server/engine/documents.ts";
import { Inverted } from "#server/engine/inverted.ts";
import type { Schema } from "#server/engine/schema.ts";
import { cuttingOf, kindOf } from "#server/engine/schema.ts";
import type { Cutting } from "#server/engine/words.ts";

/** The documents of a collection and all that finds them, in memory. A document keeps its slot for as long as it is there. */
export class Collection {
  schema: Schema;
  readonly cutting: Cutting;
  readonly columns = new Map<string, Column>();
  /** The slots that hold a document. */
  readonly alive = new Bits();
  readonly #documents: (Document | undefined)[] = [];
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  /** By slot, as how many-th its document came. */
  readonly #came: number[] = [];
  #coming = 0;
  #inverted: Inverted;
  #nextId = 0;

  constructor(schema: Schema, searched: ReadonlySet<string>) {
    this.schema = schema;
    this.cutting = cuttingOf(schema);
    for (const field of schema.fields) if (field.index) this.columns.set(field.name, columnFor(field, this.cutting));
    this.#inverted = new Inverted(
      this.#texts().filter((name) => searched.has(name)),
      this.cutting,
    );
  }

  #texts(): string[] {
    return [...this.columns.values()].filter(({ field }) => kindOf(field) === "string").map(({ field }) => field.name);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** One more than the greatest slot. */
  get capacity(): number {
    return this.#documents.length;
  }

  /** An id for a document that brought none. */
  newId(): string {
    while (this.#slots.has(String(this.#nextId))) this.#nextId++;
    return String(this.#nextId++);
  }

  get(id: string): Document | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.#documents[slot];
  }

  at(slot: number): Document {
    return this.#documents[slot] as Document;
  }

  /** Newest first, where nothing else tells two apart. */
  readonly newerFirst = (one: number, other: number): number =>
    (this.#came[other] as number) - (this.#came[one] as number);

  slotsOf(ids: readonly string[]): Bits {
    const slots = ids.map((id) => this.#slots.get(id)).filter((slot) => slot !== undefined);
    return Bits.of(slots, this.capacity);
  }

  /** The words of these fields; of those never asked for before they are gathered now. */
  inverted(fields: readonly string[]): Inverted {
    const missing = fields.filter((name) => !this.#inverted.fields.includes(name));
    if (missing.length === 0) return this.#inverted;
    const made = new Inverted([...this.#inverted.fields, ...missing], this.cutting);
    this.alive.each((slot) => {
      made.put(slot, {}, this.at(slot));
    });
    this.#inverted = made;
    return made;
  }

  put(document: Document): void {
    const known = this.#slots.get(document.id);
    const slot = known ?? this.#free.pop() ?? this.#documents.length;
    const before = known === undefined ? undefined : this.#documents[known];
    for (const [name, column] of this.columns) {
      const value = document[name];
      if (!before || before[name] !== value) column.put(slot, value);
    }
    this.#inverted.put(slot, before ?? {}, document);
    if (!before) this.#came[slot] = this.#coming++;
    this.#documents[slot] = document;
    this.#slots.set(document.id, slot);
    this.alive.add(slot);
  }

  delete(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    for (const column of this.columns.values()) column.put(slot, undefined);
    this.#inverted.put(slot, this.at(slot), {});
    this.#documents[slot] = undefined;
    this.#slots.delete(id);
    this.#free.push(slot);
    this.alive.delete(slot);
  }

  /** In the order in which they came. */
  documents(slots: Bits = this.alive): Document[] {
    const list: number[] = [];
    slots.each((slot) => list.push(slot));
    return list.sort((one, other) => this.newerFirst(other, one)).map((slot) => this.at(slot));
  }
}
