// What a room of the page has.

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentType } from "preact";

export interface Room {
  /** What the address begins with, after `#/`. */
  key: string;
  title: string;
  /** Whether there is something to see behind its door. */
  isThere: () => boolean;
  /** Whether what is behind it should be looked at. */
  isCalling?: () => boolean;
  /** What stands in the header beside the doors: fields, and buttons. */
  Bar?: ComponentType;
  Switches?: ComponentType;
  /** `<main>` and, where there is one, the footer. */
  View: ComponentType;
  /** Marks and keys, inside the dialog of help. */
  Help: ComponentType;
  /** The address of what is looked at; null while that changes too fast to be written down. */
  link: ReadonlySignal<string | null>;
  /** Shows what an address says; the bare address keeps what was shown. */
  visit: (hash: string) => Promise<void>;
  /** When another room is entered. */
  leave?: () => void;
  onKey: (event: KeyboardEvent) => void;
}
