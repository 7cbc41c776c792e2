// The page: header with its doors, and the room that the address names.

import "./app.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { Help } from "./help";
import { greet, isDark, isGone, isHelpOpen, spoken, start, theme, wait } from "./page";
import { store } from "./store";
import { here, roomOf, rooms } from "./rooms";
import { connect } from "./socket";

/** Where there is one room only, it needs no door. */
function Doors() {
  const there = rooms.filter((room) => room.isThere());
  if (there.length < 2) return null;
  return (
    <nav class="doors" aria-label="rooms">
      {there.map((room) => (
        <a key={room.key} href={room.link.value ?? `#/${room.key}`} aria-current={room === here.value ? "page" : undefined}>
          {room.title}
          {room.isCalling?.() === true && <span class="calling">{" ✖"}</span>}
        </a>
      ))}
    </nav>
  );
}

function App() {
  const { Bar, Switches, View } = here.value;
  return (
    <>
      <header>
        <h1>
          <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <path d="M2 7H9a4 4 0 0 1 4 4H20" class="mark plus" />
            <path d="M20 15H13a4 4 0 0 1-4-4H2" class="mark minus" />
          </svg>
          <span>Chainrule</span>
        </h1>
        <Doors />
        {Bar === undefined ? <div class="formula-bar" /> : <Bar />}
        <div class="switches">
          {Switches !== undefined && <Switches />}
          <button type="button" aria-label={isDark() ? "light colours" : "dark colours"} title="light or dark" onClick={() => store("theme", (theme.value = isDark() ? "light" : "dark"))}>{isDark() ? "☀" : "☾"}</button>
          <button type="button" aria-label="help" title="help (?)" onClick={() => (isHelpOpen.value = true)}>?</button>
        </div>
      </header>
      {isGone.value && (
        <p class="banner" role="alert">
          The server is gone. Once <code>chainrule view</code> runs again at this address, this page goes on where it was.
        </p>
      )}
      <View key={here.value.key} />
      <p class="spoken" aria-live="polite">{spoken.value}</p>
      <Help />
    </>
  );
}

/** Who came by a link that is no longer there goes on from the beginning of the room. */
async function arrive(): Promise<void> {
  await new Promise(requestAnimationFrame);
  if (document.activeElement !== document.body) return;
  const main = document.querySelector("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus({ preventScroll: true });
}

/** Enters the room that an address names; the command line says where to begin. */
async function enter(hash: string): Promise<void> {
  const first = start.value?.page === "train" ? "#/t" : "#/c";
  const room = roomOf(hash) ?? roomOf(first) ?? rooms[0]!;
  const isOther = here.value !== room;
  if (isOther) here.value.leave?.();
  here.value = room;
  await room.visit(hash);
  if (isOther) await arrive();
}

/** Writes what is looked at into the address, and follows the address where others change it. */
function follow(): void {
  let own = location.hash;
  // Browsers allow so many changes of the address a second; a drag makes more.
  let clock = 0;
  effect(() => {
    const link = here.value.link.value;
    clearTimeout(clock);
    if (link === null) return;
    clock = setTimeout(() => {
      // A link that was clicked is on its way: it must not be written over.
      if (location.hash !== own) return;
      history.replaceState(null, "", link);
      own = location.hash;
    }, 100) as unknown as number;
  });
  addEventListener("hashchange", () => {
    if (location.hash === own) return;
    own = location.hash;
    void enter(own);
  });
}

/** Milliseconds that the first answer may take before the page is drawn without it. */
const SOON = 120;

async function begin(): Promise<void> {
  // The first questions are on their way while the page is made; an address that says a whole circuit waits for no other answer.
  const greeted = greet();
  const isSaid = location.hash.startsWith("#/c?");
  const entered = isSaid ? enter(location.hash) : greeted.then(() => enter(location.hash));
  // An answer that is there at once is drawn with the page, not after it.
  await Promise.race([entered, wait(SOON)]);
  render(<App />, document.getElementById("app")!);
  addEventListener("keydown", (event) => here.value.onKey(event));
  effect(() => {
    if (theme.value === "") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
  });
  effect(() => {
    document.title = `${here.value.title} · Chainrule: see backpropagation`;
  });
  await greeted;
  void connect();
  await entered;
  follow();
}

void begin();
