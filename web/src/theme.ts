// The colours of the page.

/** Empty: as the system has it. */
export type Theme = "" | "light" | "dark";

export function readTheme(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "";
}
