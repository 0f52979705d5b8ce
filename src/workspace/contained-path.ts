import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep, win32 } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { isEntry } from "./reading.ts";
import { realPath } from "./real-path.ts";

const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

/** Whether Windows would open a device instead of a file of this name, whatever its extension. */
export const isDeviceName = (name: string): boolean => DEVICE.test((name.split(".", 1)[0] ?? "").trimEnd());

/** Whether `path` is `folder` or lies in it. Both absolute; nothing is read. */
export const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

/** The path as records keep it: from `root`, with `/` between names, `.` for the root itself. */
export const portablePath = (root: string, path: string): string => relative(root, path).split(sep).join("/") || ".";

const hasControlCharacter = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 32) return true;
  return false;
};

const badSegment = (segment: string): string | undefined => {
  if (segment === "..") return "it goes up with `..`";
  if (hasControlCharacter(segment)) return "it holds a control character";
  if (segment.includes(":")) return "it holds a colon, which names a drive or a stream on Windows";
  if (isDeviceName(segment)) return `\`${segment}\` is the name of a device on Windows`;
  if (segment !== "." && /[. ]$/.test(segment)) return "a name in it ends with a dot or a space";
  return undefined;
};

/** Where `path` really leads as far as it exists; undefined where a link dangles or loops. */
const realpathOfExisting = (path: string): string | undefined => {
  let at = path;
  while (!isEntry(at)) {
    const up = dirname(at);
    if (up === at) return undefined;
    at = up;
  }
  return realPath(at);
};

/**
 * The absolute path of `path` in the folder `root`, which exists. Refuses what is absolute, goes up, follows a link out
 * of the folder, or means something else on Windows. The answer holds for the moment of asking.
 */
export const containedPath = (root: string, path: string): Result<string> => {
  const escape = (why: string) =>
    refused("path-escapes", `The path ${JSON.stringify(path)} is refused: ${why}.`, {
      hint: "Give a relative path that stays in the folder.",
    });
  if (path === "") return escape("it is empty");
  if (isAbsolute(path) || win32.isAbsolute(path)) return escape("it is absolute");
  const segments = path.split(/[\\/]/).filter((segment) => segment !== "" && segment !== ".");
  for (const segment of segments) {
    const why = badSegment(segment);
    if (why !== undefined) return escape(why);
  }
  let realRoot: string;
  try {
    realRoot = realpathSync.native(root);
  } catch {
    return refused("no-folder", `The folder ${root} cannot be read.`);
  }
  const target = join(realRoot, ...segments);
  const real = realpathOfExisting(target);
  if (real === undefined || !isInside(realRoot, real)) return escape("a symbolic link in it leads out of the folder");
  return ok(target);
};
