/** What a session is at: making a plan (`new`, `design`, `deep`), refining it (`plan`), or doing it (`proceed`). */
export const MODES = ["new", "design", "deep", "plan", "proceed"] as const;

export type Mode = (typeof MODES)[number];

export const isMode = (text: string): text is Mode => (MODES as readonly string[]).includes(text);

/** In these the plan is talked over, and nothing is implemented. */
export const isPlanning = (mode: Mode): boolean => mode !== "proceed";
