"use strict";
// Every page works without this file; it keeps the open page fresh, rings when a note comes, and stops double presses.
const topic = document.body.dataset.live;
let live, news;
function bind() { live = document.getElementById("live"); news = document.getElementById("news"); }
bind();
const linkState = document.getElementById("link-state"), sound = document.getElementById("sound");
const title = document.title;
let audio = null, newest = null, isLooking = false, isDue = false, typedAt = 0, markOver = 0;

async function part(url) {
  const answer = await fetch(url, {headers: {"X-Quiet": "1"}});
  if (answer.status === 401) throw new Error("gone");
  if (answer.status === 404) location.replace(location.pathname);  // not ours any more: what is shown goes too
  if (!answer.ok || answer.redirected) throw new Error("again");
  return answer.text();
}
async function look() {
  if (isLooking) { isDue = true; return; }
  isLooking = true;
  try {
    do { isDue = false; await lookOnce(); } while (isDue);
  } catch (trouble) { linkState.textContent = trouble.message === "gone" ? linkState.dataset.gone : linkState.dataset.lost; }
  isLooking = false;
}
async function lookOnce() {
  if (live) {
    const before = document.getElementById("state")?.dataset.state, words = document.getElementById("words");
    const box = document.createElement("div");
    box.innerHTML = await part(live.dataset.from);
    const fresh = box.querySelector("#words");
    if (words && fresh) {
      const added = [...fresh.children].slice(words.querySelectorAll(".line").length ? words.children.length : 0);
      const marked = [...fresh.querySelectorAll(".line")].map(line => line.querySelector(".delivery"));
      for (const [at, line] of [...words.querySelectorAll(".line")].entries()) {
        const old = line.querySelector(".delivery");
        if (marked[at]?.textContent === old?.textContent) continue;
        old?.remove();
        if (marked[at]) line.append(marked[at]);
      }
      if (!words.querySelector(".line")) words.replaceChildren();
      words.append(...added);
      if (added.length) mark(false);
      if (added.length) words.scrollTop = words.scrollHeight;
      const state = box.querySelector("#state");
      if (state.dataset.state !== before) await renew();
    } else if (!live.contains(document.activeElement)) live.replaceChildren(...box.children);
    else for (const section of box.querySelectorAll("section")) {
      const old = document.getElementById(section.getAttribute("aria-labelledby"))?.closest("section");
      if (old && !old.contains(document.activeElement)) old.replaceWith(section);
    }
  }
  if (news) {
    const box = document.createElement("ul");
    box.innerHTML = await part("/console/news");
    const first = box.querySelector("li:not(.none)")?.textContent ?? "";
    if (first !== (newest ?? news.querySelector("li:not(.none)")?.textContent ?? "")) {
      news.replaceChildren(...box.children);
      if (newest !== null || topic === "board") notify(box);
    } else if (!news.children.length) news.replaceChildren(...box.children);
    newest = first;
  }
  linkState.textContent = "";
}
// The case has moved on: other buttons are due. What is being typed stays.
async function renew() {
  const page = new DOMParser().parseFromString(await part(location.pathname), "text/html");
  const typed = document.getElementById("text")?.value ?? "", hadFocus = document.activeElement?.id === "text";
  document.getElementById("main").replaceChildren(...page.getElementById("main").childNodes);
  bind();
  const field = document.getElementById("text");
  if (field) { field.value = typed; if (hadFocus) field.focus(); }
  newest = null;
  isDue = true;
}
function notify() {
  if (document.hidden) document.title = "(!) " + title;
  if (!audio) return;
  const tone = audio.createOscillator(), level = audio.createGain(), now = audio.currentTime;
  tone.frequency.value = 740;
  level.gain.setValueAtTime(0.2, now);
  level.gain.exponentialRampToValueAtTime(0.001, now + 0.7);
  tone.connect(level).connect(audio.destination);
  tone.start(now);
  tone.stop(now + 0.7);
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = title; });
sound?.addEventListener("click", () => {
  audio = audio ? (audio.close(), null) : new AudioContext();
  sound.setAttribute("aria-pressed", String(Boolean(audio)));
  sound.textContent = audio ? sound.dataset.on : sound.dataset.off;
  if (audio) notify();
});
if (topic) {
  const words = document.getElementById("words");
  if (words) words.scrollTop = words.scrollHeight;
  const stream = new EventSource("/console/live?topic=" + encodeURIComponent(topic));
  stream.addEventListener("changed", look);
  stream.addEventListener("typing", () => mark(true));
  stream.addEventListener("gone", () => { stream.close(); linkState.textContent = linkState.dataset.gone; });
  stream.addEventListener("error", () => { linkState.textContent = linkState.dataset.lost; });
  stream.addEventListener("open", () => { linkState.textContent = ""; });
}
// Passing marks that somebody writes, both ways; no word goes with them.
function mark(isOn) {
  const place = document.getElementById("typing");
  clearTimeout(markOver);
  if (place) place.textContent = isOn ? place.dataset.says : "";
  if (isOn) markOver = setTimeout(() => mark(false), 6000);
}
document.addEventListener("input", event => {
  const form = event.target.form;
  if (!form?.dataset.typing || event.target.id !== "text" || !event.target.value.trim() || Date.now() - typedAt < 4000) return;
  typedAt = Date.now();
  fetch(form.dataset.typing, {method: "POST", body: new URLSearchParams({csrf: form.elements.csrf.value})}).catch(() => {});
});
// Answering does not leave the page, so that nothing half typed is lost and the focus stays where it is.
document.addEventListener("submit", async event => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.id !== "reply") {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 3000);
    return;
  }
  event.preventDefault();
  const field = form.elements.text, button = form.querySelector("button"), words = field.value.trim();
  if (!words || button.disabled) return;
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
    if (!answer.ok) throw new Error("again");
    if (answer.url.includes("said=not_yours")) await renew();
    else { if (field.value.trim() === words) field.value = ""; await look(); }
  } catch { linkState.textContent = linkState.dataset.lost; }
  button.disabled = false;
  field.focus();
});
document.addEventListener("keydown", event => {
  if (event.target.id === "text" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit();
});
