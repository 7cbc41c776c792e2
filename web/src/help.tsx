// The dialog of help. What stands in it is the room's.

import { useLayoutEffect, useRef } from "preact/hooks";
import { isHelpOpen } from "./page";
import { here } from "./rooms";

/** The room says what its marks mean, under a heading `help-title`. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  const { Help: Content } = here.value;
  useLayoutEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => (isHelpOpen.value = false)}>
      <form method="dialog">
        <button class="close" aria-label="close">×</button>
      </form>
      <Content />
    </dialog>
  );
}
