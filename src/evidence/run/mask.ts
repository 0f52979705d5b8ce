/** Shapes of keys that are known by how they look, and assignments whose name says what they are. */
const SECRETS: readonly (readonly [pattern: RegExp, masked: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[private key]"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "[key]"],
  [/\bgh[pousr]_[A-Za-z0-9]{30,255}\b|\bgithub_pat_[A-Za-z0-9_]{40,255}\b/g, "[token]"],
  [/\bglpat-[A-Za-z0-9_-]{20,64}\b|\bnpm_[A-Za-z0-9]{36}\b|\bxox[abposr]-[A-Za-z0-9-]{10,250}\b/g, "[token]"],
  [/\bsk-(?:[a-z]{2,12}-)*[A-Za-z0-9_-]{20,200}\b|\bAIza[A-Za-z0-9_-]{35}\b/g, "[key]"],
  [/\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}\b/g, "[token]"],
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:)[^\s/@]{1,200}@/gi, "$1[password]@"],
  [/(\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"']{6,4000}/gi, "$1[token]"],
  [
    /((?:^|[^A-Za-z0-9])[A-Za-z0-9_.-]{0,40}(?:passw(?:or)?d|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token)["']?\s{0,3}[:=]\s{0,3}["']?)[^\s"',;]{6,400}/gi,
    "$1[secret]",
  ],
];

/** A text without what looks like a secret. It errs on the side of hiding. */
export const maskSecrets = (text: string): string =>
  SECRETS.reduce((masked, [pattern, instead]) => masked.replace(pattern, instead), text);
