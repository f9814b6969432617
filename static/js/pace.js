/* How often an open page takes what is new: <body data-pace="live | 30 | 60 | hand">, as its reader chose.

   pace(key, act) does act at once, or keeps it until it is due; a later one of the same key takes its place, so that a
   page left alone for a day holds no more than what is newest. Requests of elements with data-paced that nobody asked
   for (hx-trigger="every 15s") wait likewise. Key U, or the button of the line under the top bar, takes all of it. */
(() => {
  "use strict";

  const chosen = document.body.dataset.pace || "live";
  const ASK = "ask:";
  const waiting = new Map();
  const released = new WeakSet();
  let takenAt = Date.now();
  let timer = 0;

  function say() {
    const line = document.getElementById("pace-line");
    if (!line) return;
    const isNew = [...waiting.keys()].some((key) => !key.startsWith(ASK)); // a question put off may have no new answer
    line.querySelector("[data-pace-text]").textContent = isNew ? "Something new waits." : "Nothing new so far.";
    line.classList.toggle("has-news", isNew);
  }

  function take() {
    clearTimeout(timer);
    timer = 0;
    takenAt = Date.now();
    const acts = [...waiting.values()];
    waiting.clear();
    for (const act of acts) act();
    say();
  }

  window.pace = (key, act) => {
    if (chosen === "live") return act();
    waiting.delete(key); // so that it also comes after what arrived in between
    waiting.set(key, act);
    say();
    if (chosen !== "hand") timer ||= setTimeout(take, Math.max(0, takenAt + Number(chosen) * 1000 - Date.now()));
  };

  if (chosen === "live") return;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt: element, requestConfig } = event.detail;
    if (!element.hasAttribute("data-paced") || released.delete(element) || requestConfig?.triggeringEvent) return;
    event.preventDefault();
    window.pace(`${ASK}${element.id}`, () => {
      const there = document.getElementById(element.id);
      if (!there) return;
      released.add(there);
      htmx.ajax("GET", there.getAttribute("hx-get"), { source: there, target: there, swap: there.getAttribute("hx-swap") });
    });
  });
  document.addEventListener("click", (event) => event.target.closest?.("[data-pace-take]") && take());
})();
