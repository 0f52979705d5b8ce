import { fileURLToPath } from "node:url";

/** The project's folder; what is bundled, such as the benchmark, is told where it came from. */
export const projectRoot = process.env["HOLDFAST_PROJECT"] ?? fileURLToPath(new URL("../../..", import.meta.url));
