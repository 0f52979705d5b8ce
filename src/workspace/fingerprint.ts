const PRIME = 0x01000193;
const FORWARD = 0x811c9dc5;
const BACKWARD = 0x5bd1e995;

/**
 * 16 hex digits that tell texts apart and do not give them away. For names of files and machines, where nobody
 * gains by a collision; where somebody would, a real digest is needed.
 */
export function fingerprint(text: string): string {
  let forward = FORWARD;
  let backward = BACKWARD;
  for (let i = 0; i < text.length; i++) {
    forward = Math.imul(forward ^ text.charCodeAt(i), PRIME);
    backward = Math.imul(backward ^ text.charCodeAt(text.length - 1 - i), PRIME);
  }
  return hex(forward) + hex(backward);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
