"use strict";
// Nothing typed here is stored in the browser: messages live in this page only and are gone with it.
const log = document.getElementById("log"), form = document.getElementById("form");
const text = document.getElementById("text"), state = document.getElementById("state");
const pending = [];
let seen = 0, isSending = false, wait = 500;

function show(words, isMine) {
  const box = document.createElement("div");
  box.className = isMine ? "message mine" : "message";
  for (const part of words.split(/((?:1[89]00 ?\d{4}\b|(?:1900|0000|0\d{2,3})[ .]?\d{3}[ .]?\d{3,4}|\b11[1-5]\b))/)) {
    if (/^(?:\d[\d .]{7,12}|11[1-5])$/.test(part)) {
      const link = document.createElement("a");
      link.href = "tel:" + part.replace(/[ .]/g, "");
      link.textContent = part;
      box.append(link);
    } else box.append(part);
  }
  log.append(box);
  return box;
}
function offer(choices) {
  if (!choices.length) return;
  const row = document.createElement("div");
  row.className = "choices";
  for (const choice of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = choice.label;
    button.addEventListener("click", () => { show(choice.label, true); send({choice: choice.token}); text.focus(); });
    row.append(button);
  }
  log.append(row);
}
function send(body) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, "0")).join("");
  pending.push({id, language: document.documentElement.lang, ...body});
  flush();
}
async function flush() {
  if (isSending) return;
  isSending = true;
  while (pending.length) {
    try {
      const answer = await fetch("/chat/poll", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(pending[0])});
      if (answer.status === 410) await session();
      else if (answer.ok || answer.status === 400 || answer.status === 413) { pending.shift(); state.textContent = ""; }
      else throw new Error("again");
    } catch { state.textContent = document.body.dataset.offline; await pause(); }
  }
  isSending = false;
}
function pause() {
  const now = wait;
  wait = Math.min(wait * 2, 15000);
  return new Promise(done => setTimeout(done, now));
}
async function session() {
  const answer = await fetch("/chat/session", {method: "POST"});
  if (!answer.ok) throw new Error("again");
  if ((await answer.json()).is_new) seen = 0;
}
async function listen() {
  for (;;) {
    try {
      const answer = await fetch("/chat/poll?after=" + seen);
      if (answer.status === 410) { state.textContent = seen ? document.body.dataset.gone : ""; await pause(); await session(); continue; }
      if (!answer.ok) throw new Error("again");
      for (const frame of (await answer.json()).frames) {
        if (frame.seq <= seen) continue;
        seen = frame.seq;
        const box = show(frame.text, false);
        offer(frame.choices);
        box.scrollIntoView({block: "nearest"});
      }
      wait = 500;
      state.textContent = "";
    } catch { state.textContent = document.body.dataset.offline; await pause(); }
  }
}
function leave() {
  log.replaceChildren();
  text.value = "";
  navigator.sendBeacon("/chat/exit");
  location.replace("about:blank");
}
let escaped = 0;
document.getElementById("exit").addEventListener("click", leave);
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  if (Date.now() - escaped < 1000) leave();
  escaped = Date.now();
});
text.addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
});
form.addEventListener("submit", event => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words) return;
  show(words, true).scrollIntoView({block: "nearest"});
  text.value = "";
  send({text: words});
});
session().catch(() => {}).then(listen);
