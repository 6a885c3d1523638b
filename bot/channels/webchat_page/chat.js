"use strict";
// Nothing typed here is stored in the browser: messages live in this page only and are gone with it.
const log = document.getElementById("log"), form = document.getElementById("form");
const text = document.getElementById("text"), state = document.getElementById("state");
const page = document.querySelector("main"), pending = [];
const typing = document.getElementById("typing");
let mine = null, saidAt = 0, typedAt = 0, typingOver = 0;
const earlier = document.getElementById("earlier");
let isVeiled = false, seen = 0, isSending = false, wait = 500, socket = null, waiting = () => {}, failures = 0;

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
  if (isMine) { mine = box; saidAt = Date.now(); }
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
  const slow = setTimeout(() => { if (pending.length) state.textContent = document.body.dataset.sending; }, 800);
  while (pending.length) {
    try {
      if (socket) await sendBySocket(pending[0]);
      else await sendByPost(pending[0]);
      pending.shift();
      state.textContent = "";
    } catch { state.textContent = document.body.dataset.offline; await pause(); }
  }
  clearTimeout(slow);
  isSending = false;
}
async function sendByPost(message) {
  const answer = await fetch("/chat/poll", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(message)});
  if (answer.status === 410) { await session(); throw new Error("again"); }
  if (!answer.ok && answer.status !== 400 && answer.status !== 413) throw new Error("again");
}
// Said again after a doubt, a message still has one effect: the service knows its id.
function sendBySocket(message) {
  const line = socket;
  return new Promise((done, fail) => {
    const late = setTimeout(() => { line.close(); fail(new Error("late")); }, 8000);
    waiting = told => {
      if (told.kept !== message.id) return;
      clearTimeout(late);
      if (told.is_kept) done(); else fail(new Error("again"));
    };
    line.send(JSON.stringify(message));
  });
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
// A socket where it gets through; after two failures long polling, which every proxy lets pass.
function listen() {
  if (failures >= 2 || !("WebSocket" in window)) return poll();
  const line = new WebSocket(location.origin.replace(/^http/, "ws") + "/chat/ws");
  let isOpen = false;
  line.onopen = () => { isOpen = true; failures = 0; wait = 500; state.textContent = ""; line.send(JSON.stringify({after: seen})); socket = line; };
  line.onmessage = event => {
    const told = JSON.parse(event.data);
    if (told.kept !== undefined) return waiting(told);
    if (told.typing) return mark(true);
    if (told.veil !== undefined) return veil(told.veil);
    if (told.earlier) return begin(told.earlier);
    if (told.seq === undefined) return;
    receive(told);
    line.send(JSON.stringify({seen}));
  };
  line.onclose = async event => {
    socket = null;
    if (!isOpen) failures += 1;
    state.textContent = event.code === 4410 ? document.body.dataset.gone : document.body.dataset.offline;
    await pause();
    try { await session(); } catch { failures = Math.min(failures, 1); }
    listen();
  };
}
function receive(frame) {
  if (frame.seq <= seen) return;
  seen = frame.seq;
  mark(false);
  if (frame.wipe) return wipe(frame.up_to);
  reveal(write(frame));
}
function write(frame) {
  const box = show(frame.text, false);
  box.dataset.seq = frame.seq;
  if (frame.audio) {
    const player = document.createElement("audio");
    player.controls = true;
    player.preload = "none";
    player.src = frame.audio;
    box.append(player);
  }
  offer(frame.choices);
  return box;
}
// Loaded anew some time later: what was said before is shown only if she asks for it.
function begin(upTo) {
  seen = Math.max(seen, upTo);
  earlier.hidden = false;
}
// Somebody else may hold the phone: what stands here goes, and comes again only when it is she and she asks.
function veil(isOn) {
  if (isOn === isVeiled) return;
  isVeiled = isOn;
  earlier.hidden = isOn || !seen;
  if (isOn) log.replaceChildren();
}
earlier.addEventListener("click", async () => {
  const first = log.querySelector("[data-seq]");
  const before = first ? Number(first.dataset.seq) : seen + 1;
  const answer = await fetch("/chat/poll?before=" + before).catch(() => null);
  if (!answer || !answer.ok || isVeiled) return;
  earlier.hidden = true;
  const now = [...log.childNodes];
  log.replaceChildren();
  for (const frame of (await answer.json()).frames) if (!frame.wipe) write(frame);
  log.append(...now);
  text.focus();
});
// Erased: everything goes up to what answers words that were written since then.
function wipe(upTo) {
  const anew = [...log.children].find(one => Number(one.dataset.seq) > upTo);
  while (log.firstChild && log.firstChild !== anew) log.firstChild.remove();
  earlier.hidden = true;
  mine = null;
}
// A passing mark: somebody writes. It goes by itself, and with the words that were written.
function mark(isOn) {
  clearTimeout(typingOver);
  typing.textContent = isOn ? document.body.dataset.typing : "";
  if (isOn) typingOver = setTimeout(() => mark(false), 6000);
}
// The other way only that something is being typed, never what, and not without a socket.
text.addEventListener("input", () => {
  if (!socket || socket.readyState !== 1 || !text.value.trim() || Date.now() - typedAt < 4000) return;
  typedAt = Date.now();
  socket.send(JSON.stringify({typing: true}));
});
// What answers a message is read from that message on; what comes later by itself is shown where it stands.
function reveal(box) {
  const isAnswer = mine && Date.now() - saidAt < 2500;
  const tall = isAnswer && log.lastElementChild.getBoundingClientRect().bottom - mine.getBoundingClientRect().top > page.clientHeight;
  if (tall) mine.scrollIntoView({block: "start"});
  else (log.lastElementChild === box ? box : log.lastElementChild).scrollIntoView({block: "nearest"});
}
async function poll() {
  for (;;) {
    try {
      const answer = await fetch("/chat/poll?after=" + seen);
      if (answer.status === 410) { state.textContent = seen ? document.body.dataset.gone : ""; await pause(); await session(); continue; }
      if (!answer.ok) throw new Error("again");
      const told = await answer.json();
      veil(told.veil);
      if (told.earlier) begin(told.earlier);
      for (const frame of told.frames) receive(frame);
      wait = 500;
      state.textContent = "";
    } catch { state.textContent = document.body.dataset.offline; await pause(); }
  }
}
function leave() {
  log.replaceChildren();
  earlier.hidden = true;
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
