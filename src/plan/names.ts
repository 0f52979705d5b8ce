import { ok, refused, type Result } from "./refusal.ts";

const MAX_SLUG = 60;
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/** Latin letters that do not come apart into a base letter and a mark. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
};

/** FNV-1a in 32 bits: names need to be stable, not secret. */
const hash = (text: string): string => {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
};

const shorten = (slug: string, limit: number): string => {
  if (slug.length <= limit) return slug;
  const cut = slug.slice(0, limit + 1);
  const wordEnd = cut.lastIndexOf("-");
  return (wordEnd > limit / 2 ? cut.slice(0, wordEnd) : slug.slice(0, limit)).replace(/-+$/, "");
};

/**
 * A valid slug for any title, the same for the same title always. Where letters have no ASCII form, the slug ends
 * with a hash of the title, so that titles which differ only in them get different slugs.
 */
export const slugify = (title: string): string => {
  const text = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const folded = text.replace(/\P{ASCII}/gu, (letter) => FOLDED[letter] ?? letter);
  const words = folded.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const isLossy = /\P{ASCII}/u.test(folded.replace(/[^\p{L}\p{N}]/gu, ""));
  const digest = hash(title.normalize("NFC").trim().replace(/\s+/g, " "));
  if (words === "") return `plan-${digest}`;
  if (isLossy) return `${shorten(words, MAX_SLUG - 9)}-${digest}`;
  return DEVICE.test(words) ? `plan-${words}` : shorten(words, MAX_SLUG);
};

/** A slug that may name a folder, as given; refuses and proposes one otherwise. */
export const validateSlug = (slug: string): Result<string> => {
  if (isSlug(slug)) return ok(slug);
  return refused("bad-slug", `${JSON.stringify(slug.slice(0, 200))} is not a slug.`, {
    hint: `Slugs are lower-case words of a-z and 0-9 joined by "-", at most ${MAX_SLUG} characters, for example ${slugify(slug)}.`,
  });
};

/** An id of a task or a lane that may name a folder. Ids are unique without regard to case: see `idKey`. */
export const validateId = (id: string): Result<string> => {
  const stem = id.split(".", 1)[0] ?? "";
  if (ID.test(id) && !id.includes("..") && !id.endsWith(".") && !DEVICE.test(stem)) return ok(id);
  return refused("bad-id", `${JSON.stringify(id.slice(0, 200))} cannot be an id.`, {
    hint: "Ids begin with a letter or digit and hold letters, digits, dot, dash and underscore, at most 64; no two dots in a row, no dot at the end, no device name such as CON.",
  });
};

/** What two ids have in common when they may not both exist. */
export const idKey = (id: string): string => id.toLowerCase();

export const isSlug = (text: string): boolean => text.length <= MAX_SLUG && SLUG.test(text) && !DEVICE.test(text);
