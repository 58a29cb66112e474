import { createHmac, randomBytes, scrypt } from "node:crypto";
import { equalBytes, toBase64Url } from "#base";

/** About 30 ms and 16 MiB a try: these passwords are 256 random bits, so the cost is not what keeps them. */
const COST = { N: 2 ** 14, r: 8, p: 1, maxmem: 32 * 1024 * 1024 } as const;
const LENGTH = 32;

/** 256 bits; nobody need remember it. */
export const newSecret = (): string => toBase64Url(randomBytes(LENGTH));

function derive(password: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, LENGTH, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${toBase64Url(salt)}$${toBase64Url(await derive(password, salt))}`;
}

/** A name that is not here costs the same time as a wrong password. */
const NOBODY = `scrypt$${toBase64Url(new Uint8Array(16))}$${toBase64Url(new Uint8Array(LENGTH))}`;

/** Checks passwords; one that was right is known again without the cost, for as long as the stored hash is the same. */
export function passwordCheck(maxKept = 1000) {
  const key = randomBytes(32);
  const right = new Map<string, Uint8Array>();
  return async (password: string, stored: string | null): Promise<boolean> => {
    const mark = createHmac("sha256", key).update(password, "utf8").digest();
    const kept = stored === null ? undefined : right.get(stored);
    if (kept !== undefined && equalBytes(kept, mark)) return true;
    const [, salt = "", hash = ""] = (stored ?? NOBODY).split("$");
    const derived = await derive(password, Buffer.from(salt, "base64url"));
    const same = equalBytes(derived, new Uint8Array(Buffer.from(hash, "base64url"))) && stored !== null;
    if (!same) return false;
    if (right.size >= maxKept) right.clear();
    right.set(stored, mark);
    return true;
  };
}
