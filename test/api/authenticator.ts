import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** An authenticator in software (WebAuthn level 3 §6): what a passkey does, and what a forged one might. */
export interface Authenticator {
  readonly id: string;
  register(options: Options, origin: string): Credential;
  /** @param change what an attacker alters before it is signed */
  answer(options: Options, origin: string, change?: { counter?: number; flags?: number; rpId?: string }): Credential;
}

export interface Options {
  readonly challenge: string;
  readonly rp?: { readonly id?: string };
  readonly rpId?: string;
}

type Credential = Record<string, unknown>;

const sha256 = (data: Uint8Array | string): Buffer => createHash("sha256").update(data).digest();

/** RFC 8949: the few forms that an attestation object needs. */
function cbor(value: string | number | Buffer | ReadonlyMap<string | number, unknown>): Buffer {
  const head = (major: number, n: number): Buffer =>
    n < 24
      ? Buffer.from([(major << 5) | n])
      : n < 256
        ? Buffer.from([(major << 5) | 24, n])
        : Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const parts = [...value].flatMap(([key, item]) => [cbor(key), cbor(item as string)]);
  return Buffer.concat([head(5, value.size), ...parts]);
}

const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

export function authenticator(): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(16);
  let counter = 0;
  let user = "";
  const data = (rpId: string, flags: number, count: number, more: Buffer = Buffer.alloc(0)): Buffer => {
    const tail = Buffer.alloc(5);
    tail[0] = flags;
    tail.writeUInt32BE(count, 1);
    return Buffer.concat([sha256(rpId), tail, more]);
  };
  const client = (type: string, { challenge }: Options, origin: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const whole = (response: Record<string, unknown>): Credential => ({
    id: id.toString("base64url"),
    rawId: id.toString("base64url"),
    type: "public-key",
    clientExtensionResults: {},
    response,
  });
  return {
    id: id.toString("base64url"),
    register(options, origin) {
      const handle = (options as { user?: { id?: string } }).user?.id ?? "";
      user = handle;
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseKey(publicKey)]);
      const authData = data(options.rp?.id ?? "", PRESENT | VERIFIED | ATTESTED, counter, attested);
      const object = new Map<string, unknown>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authData],
      ]);
      return whole({
        clientDataJSON: client("webauthn.create", options, origin).toString("base64url"),
        attestationObject: cbor(object).toString("base64url"),
        transports: ["internal"],
      });
    },
    answer(options, origin, change = {}) {
      counter = change.counter ?? counter + 1;
      const authData = data(change.rpId ?? options.rpId ?? "", change.flags ?? PRESENT | VERIFIED, counter);
      const clientData = client("webauthn.get", options, origin);
      const signature = sign("sha256", Buffer.concat([authData, sha256(clientData)]), privateKey);
      return whole({
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: signature.toString("base64url"),
        userHandle: user,
      });
    },
  };
}

/** RFC 9053 §7.1.1: an ES256 key on P-256. */
function coseKey(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ]),
  );
}
