// Which run it is, and how it goes.

import { whole } from "../numbers";
import { run } from "./state";

const ends = { done: "done", nan: "stopped at a NaN", interrupted: "interrupted" };

export function Bar() {
  const now = run.value;
  if (now === null) return <div class="run-bar" />;
  const command = now.head.argv.slice(1).join(" ");
  const state = now.state === "ended" ? (now.end === null ? "ended" : ends[now.end.why]) : now.state;
  return (
    <div class="run-bar">
      <span class={`state ${now.state} ${now.end?.why ?? ""}`}>{state}</span>
      <code title={now.head.argv.join(" ")}>{command === "" ? now.head.id : command}</code>
      {now.per_second !== null && now.state === "running" && <span class="note">{`${whole(Math.round(now.per_second))} steps/s`}</span>}
      {typeof now.trouble === "string" && <span class="number alarm" role="status">{now.trouble}</span>}
    </div>
  );
}
