import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();
const base64url = (data: Buffer | string) => Buffer.from(data).toString("base64url");
const PRESENT = 1;
const VERIFIED = 4;
const NEW_KEY = 64;

interface Asked {
  readonly challenge: string;
  readonly user?: { readonly id: string };
}

interface Said {
  readonly origin?: string;
  readonly rpId?: string;
  /** False: it was touched, and did not look who touched it. */
  readonly verified?: boolean;
  readonly counter?: number;
}

/** A passkey in memory, as a browser would speak for it: real keys, real signatures, and whatever lies a test wants told. */
export class Authenticator {
  readonly id = randomBytes(32);
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #user = "";
  counter = 0;

  #client(type: string, { challenge }: Asked, { origin = "http://localhost:3000" }: Said): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #data({ rpId = "localhost", verified = true, counter }: Said, key?: Buffer): Buffer {
    const flags = PRESENT | (verified ? VERIFIED : 0) | (key ? NEW_KEY : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter ?? this.counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, key ?? Buffer.alloc(0)]);
  }

  /** Answers for a new passkey, attested by nobody. */
  register(asked: Asked, said: Said = {}) {
    this.#user = asked.user?.id ?? "";
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    const point = (coordinate: string) => Buffer.from(coordinate, "base64url");
    // CBOR by hand: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    const cose = [Buffer.from("a5010203262001215820", "hex"), point(x), Buffer.from("225820", "hex"), point(y)];
    const key = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, ...cose]);
    const data = this.#data(said, key);
    const length = Buffer.from([0x58, data.length]);
    const head = Buffer.from("a363666d74646e6f6e656761747453746d74a0686175746844617461", "hex");
    return {
      id: base64url(this.id),
      rawId: base64url(this.id),
      type: "public-key" as const,
      response: {
        clientDataJSON: base64url(this.#client("webauthn.create", asked, said)),
        attestationObject: base64url(Buffer.concat([head, length, data])),
      },
    };
  }

  /** Answers a challenge. It counts up by itself. */
  assert(asked: Asked, said: Said = {}) {
    this.counter += 1;
    const client = this.#client("webauthn.get", asked, said);
    const data = this.#data(said);
    const signature = sign("sha256", Buffer.concat([data, sha256(client)]), this.#keys.privateKey);
    return {
      id: base64url(this.id),
      rawId: base64url(this.id),
      type: "public-key" as const,
      response: {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(signature),
        userHandle: this.#user,
      },
    };
  }
}
