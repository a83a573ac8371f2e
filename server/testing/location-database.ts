import { isIP } from "node:net";

/** Writes a database in MaxMind's format (MaxMind DB 2.0), as large as a test needs it. */

type Value = string | number | readonly Value[] | { readonly [key: string]: Value };
type Node = [left: Node | Buffer | null, right: Node | Buffer | null];

const MARKER = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
const SEPARATOR = 16;
/** Types of the format. */
const [STRING, UINT32, MAP, ARRAY] = [2, 6, 7, 11];

export function locationDatabase(networks: Readonly<Record<string, Value>>): Buffer {
  const root: Node = [null, null];
  for (const [network, place] of Object.entries(networks)) insert(root, network, encode(place));
  const nodes: Node[] = [];
  const number = (node: Node) => {
    nodes.push(node);
    for (const side of node) if (Array.isArray(side)) number(side);
  };
  number(root);
  const places: Buffer[] = [];
  const pointer = (side: Node[number]): number => {
    if (Array.isArray(side)) return nodes.indexOf(side);
    if (side === null) return nodes.length;
    places.push(side);
    return nodes.length + SEPARATOR + Buffer.concat(places.slice(0, -1)).length;
  };
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [at, sides] of nodes.entries())
    for (const [n, side] of sides.entries()) tree.writeUIntBE(pointer(side), at * 6 + n * 3, 3);
  const about = {
    node_count: nodes.length,
    record_size: 24,
    ip_version: 6,
    database_type: "Test-City",
    languages: ["en"],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_760_000_000,
    description: { en: "for tests" },
  };
  return Buffer.concat([tree, Buffer.alloc(SEPARATOR), ...places, MARKER, encode(about)]);
}

/** An address of IPv4 stands below ::/96. */
function insert(root: Node, network: string, place: Buffer): void {
  const [address = "", prefix] = network.split("/");
  const length = Number(prefix) + (isIP(address) === 4 ? 96 : 0);
  const bits = bytesOf(address)
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .slice(0, length);
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const side = Number(bit);
    if (!Array.isArray(node[side])) node[side] = [null, null];
    node = node[side] as Node;
  }
  node[Number(bits.at(-1))] = place;
}

function bytesOf(address: string): number[] {
  if (isIP(address) === 4) return [...Array(12).fill(0), ...address.split(".").map(Number)];
  const [left = [], right = []] = address
    .split("::")
    .map((half) => half.split(":").flatMap((word) => (word ? [Number.parseInt(word, 16)] : [])));
  const words = [...left, ...Array(8 - left.length - right.length).fill(0), ...right];
  return words.flatMap((word) => [word >> 8, word & 255]);
}

function encode(value: Value): Buffer {
  if (typeof value === "string") return Buffer.concat([control(STRING, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(UINT32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(MAP, entries.length), ...entries.flat().map(encode)]);
}

/** Three bits of type and five of length, which go on in bytes of their own. */
function control(type: number, length: number): Buffer {
  const short = length < 29 ? length : length < 285 ? 29 : 30;
  const kind = type > 7 ? [short, type - 7] : [(type << 5) | short];
  if (short < 29) return Buffer.from(kind);
  return Buffer.from([...kind, ...(short === 29 ? [length - 29] : [(length - 285) >> 8, (length - 285) & 255])]);
}
