import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { treeOf, type Listing, type WholeTree } from "./tree.ts";

/** Larger ones are not kept. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A tree as a text to be kept; undefined where it is too large for that. */
export async function packTree({ listings }: WholeTree): Promise<string | undefined> {
  const parts = listings.flatMap(({ prefix, bytes }) => {
    const head = Buffer.from(prefix);
    return [Buffer.from(`${head.length} ${bytes.length}\n`), head, bytes];
  });
  const whole = Buffer.concat(parts);
  if (whole.length > MOST_BYTES) return undefined;
  return (await promisify(gzip)(whole, { level: 1 })).toString("base64");
}

/** The tree of a digest from a text; undefined where the text is not what was packed. */
export async function unpackTree(text: string, digest: string): Promise<WholeTree | undefined> {
  try {
    const whole = await promisify(gunzip)(Buffer.from(text, "base64"), { maxOutputLength: MOST_BYTES });
    const listings = readListings(whole);
    const tree = listings === undefined ? undefined : treeOf(listings);
    return tree?.digest === digest ? tree : undefined;
  } catch {
    return undefined;
  }
}

function readListings(whole: Buffer): readonly Listing[] | undefined {
  const listings: Listing[] = [];
  for (let at = 0; at < whole.length;) {
    const end = whole.indexOf("\n", at);
    const head = /^(\d{1,9}) (\d{1,9})$/.exec(whole.toString("latin1", at, Math.max(end, at)));
    if (end < 0 || head === null) return undefined;
    const from = end + 1;
    const middle = from + Number(head[1]);
    at = middle + Number(head[2]);
    if (at > whole.length) return undefined;
    listings.push({ prefix: whole.toString("utf8", from, middle), bytes: whole.subarray(middle, at) });
  }
  return listings;
}
