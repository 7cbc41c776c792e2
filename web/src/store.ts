// What the browser keeps for the next visit. Where it keeps nothing, each visit is the first.

export function stored(key: string): string | null {
  try {
    return localStorage.getItem(`chainrule.${key}`);
  } catch {
    return null;
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(`chainrule.${key}`, value);
  } catch {
    // As said.
  }
}
