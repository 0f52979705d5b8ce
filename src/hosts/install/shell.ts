/** A word for a POSIX shell, whatever stands in it. */
export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A word that a shell takes as it is, quoted only where it has to be. */
export const word = (text: string): string => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : quote(text));
