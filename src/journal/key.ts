import crypto from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { digestText } from "./digest.ts";
import { randomLetters } from "./ids.ts";
import type { Key } from "./line.ts";

const FILE = "journal.key";
const SECRET = /^[0-9a-f]{64}\n?$/;

/**
 * Reads the key in a folder outside the repository, or makes one that only its owner can read.
 * Undefined where that cannot be had: records are then written unsigned.
 */
export function loadKey(dir: string): Key | undefined {
  const file = path.join(dir, FILE);
  return readKey(file) ?? createKey(dir, file);
}

function readKey(file: string): Key | undefined {
  try {
    const text = readFileSync(file, "utf8");
    if (!SECRET.test(text)) return undefined;
    const secret = Buffer.from(text.trim(), "hex");
    return { name: `k${digestText(`holdfast key ${text.trim()}`).slice(0, 8)}`, secret };
  } catch {
    return undefined;
  }
}

function createKey(dir: string, file: string): Key | undefined {
  // Linked into place whole: nobody ever reads half a key, and of two makers one wins.
  const temp = path.join(dir, `.${FILE}.${process.pid}.${randomLetters(6)}`);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(temp, `${crypto.randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  } catch {
    return undefined;
  }
  try {
    linkSync(temp, file);
  } catch {
    // Somebody else made it first, or it is there and damaged: readKey tells which.
  }
  try {
    unlinkSync(temp);
  } catch {
    // A stray copy does no harm: it is as closed as the key.
  }
  return readKey(file);
}
