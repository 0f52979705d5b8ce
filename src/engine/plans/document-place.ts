/** A place such as `tasks[2].parents[0]`, step by step; undefined where it is none. */
function stepsOf(place: string): readonly (string | number)[] | undefined {
  if (!/^[A-Za-z_$][\w$-]*(?:\.[\w$-]+|\[\d{1,7}\])*$/.test(place)) return undefined;
  return place.split(/\.|(?=\[)/).map((step) => (step.startsWith("[") ? Number(step.slice(1, -1)) : step));
}

/**
 * Finds the line, from 1, of a place in a JSON or YAML text: that of the value, or of the nearest one around it.
 * Undefined for what is no place, and where the text cannot be parsed.
 */
export async function locate(text: string): Promise<(place: string) => number | undefined> {
  const { isCollection, LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  if (document.errors.length > 0) return () => undefined;
  return (place) => {
    const steps = stepsOf(place);
    for (let length = steps?.length ?? 0; length > 0; length -= 1) {
      const node: unknown = document.getIn(steps!.slice(0, length), true);
      const range = (node as { readonly range?: readonly number[] } | undefined)?.range;
      if (range?.[0] !== undefined && (length === steps!.length || isCollection(node)))
        return lines.linePos(range[0]).line;
    }
    return undefined;
  };
}
