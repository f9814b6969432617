/* The market: <body data-live-symbols="SPX" data-live-topics="market gex"> follows /ws/market-data, and the fragments
   the server pushes are morphed into the elements of the same id. "live:snapshot" on document tells others. How soon is
   its reader's choice (pace.js).

   What arrived is known by `seq` per topic and symbol. A page starts from the data-seq of its panels (beside
   data-live-symbol and data-live-topic), and a connection that returns sends what it has, so nothing is missed. */
(() => {
  "use strict";

  const words = (text) => (text || "").split(/[\s,]+/).filter(Boolean);
  const symbols = words(document.body.dataset.liveSymbols);
  const topics = words(document.body.dataset.liveTopics);
  if (!symbols.length || !topics.length) return;

  const LOST_MS = 1500;
  const BACK_MS = 4000;
  const CATCH_UP_MS = 1000;

  let caughtUp = 0;
  let lostAt = 0; // when the connection went, 0 while it stands
  let retryAt = 0;
  let told = false; // whether the loss has been shown
  const timers = {};

  const after = (name, milliseconds, act) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, milliseconds);
  };
  const stop = (...names) => names.forEach((name) => clearTimeout(timers[name]));

  // What has been seen

  const seen = new Map();
  const applied = new Map(); // the newest number on the page, by symbol
  const key = (symbol, topic) => `${topic}:${symbol}`;

  function readSeqs() {
    for (const panel of document.querySelectorAll("[data-seq][data-live-symbol]")) {
      const name = key(panel.dataset.liveSymbol, panel.dataset.liveTopic || topics[0]);
      const seq = Number(panel.dataset.seq);
      if (!Number.isInteger(seq)) continue;
      if (seq > (seen.get(name) ?? -1)) seen.set(name, seq);
      if (seq > (applied.get(panel.dataset.liveSymbol) ?? -1)) applied.set(panel.dataset.liveSymbol, seq);
    }
  }

  // What is shown of the connection

  const STATES = { live: "Live", reconnecting: "Reconnecting", offline: "Offline" };

  function show(state) {
    const element = document.getElementById("connection");
    if (!element || element.dataset.state === state) return;
    element.dataset.state = state;
    element.querySelector(".connection-text").textContent = STATES[state];
  }

  function box(title, text, back) {
    const element = document.getElementById("link-state");
    if (!element) return;
    element.classList.toggle("back", back);
    element.querySelector("[data-link-title]").textContent = title;
    element.querySelector("[data-link-text]").textContent = text;
    element.hidden = false;
  }

  function showLoss() {
    told = true;
    const seconds = Math.ceil((retryAt - Date.now()) / 1000);
    const offline = navigator.onLine === false;
    box(offline ? "You are offline" : "Connection lost", offline ? "Waiting for the network" : seconds > 0 ? `Retry in ${seconds} s` : "Retrying", false);
    after("loss", 500, showLoss);
  }

  function showReturn() {
    if (!told) return;
    told = false;
    box("Back", caughtUp ? `Caught up ${caughtUp} ${caughtUp === 1 ? "message" : "messages"}.` : "Nothing was missed.", true);
    after("hide", BACK_MS, () => { document.getElementById("link-state").hidden = true; });
  }

  // Messages

  /** What shows such facts (data-facts="bars snapshot") asks for its fragment again: hx-get with hx-trigger="live:fact". */
  function renew(symbol, kind) {
    const shown = `[data-live-symbol="${CSS.escape(symbol)}"][data-facts~="${CSS.escape(kind)}"]`;
    for (const panel of document.querySelectorAll(shown)) htmx.trigger(panel, "live:fact");
  }

  function receive(message) {
    if (message.type === "error") {
      document.dispatchEvent(new CustomEvent("app:toast", { detail: { level: "warning", title: "Live data", text: message.data?.message || message.data?.detail || "The server refused a message." } }));
      return;
    }
    if (message.type === "snapshot") {
      const name = key(message.symbol, message.topic);
      if (message.seq <= (seen.get(name) ?? -1)) return;
      seen.set(name, message.seq);
      caughtUp += 1;
    }
    // What belongs to the numbers on the page, or says that their source failed, is no update to wait for.
    const isNews = Boolean(message.symbol) && (message.type === "fact" || message.seq > (applied.get(message.symbol) ?? -1));
    if (isNews) window.pace(`${key(message.symbol, message.topic)}:${message.type}:${message.data?.kind ?? ""}`, () => apply(message));
    else apply(message);
  }

  /** Put what a message brings on the page, at once or when its reader takes it (pace.js). */
  function apply(message) {
    if (message.type === "snapshot") applied.set(message.symbol, Math.max(message.seq, applied.get(message.symbol) ?? -1));
    if (message.type === "status" && message.source?.stale_after) {
      // The source was asked and had nothing newer: what is shown is as new as can be for longer than it said itself.
      for (const panel of document.querySelectorAll(`[data-live-symbol="${CSS.escape(message.symbol)}"]`)) panel.dataset.staleAfter = message.source.stale_after;
    }
    if (message.type === "fact") renew(message.symbol, message.data.kind);
    if (message.type === "snapshot" && message.topic === topics[0]) renew(message.symbol, "snapshot");
    if (!message.html) return;
    window.morphPushed(message.html);
    document.dispatchEvent(new CustomEvent("live:snapshot", { detail: message }));
  }

  // The connection

  function opened() {
    stop("lost", "loss");
    caughtUp = 0;
    lostAt = 0;
    show("live");
    // What is watched, and what is here already.
    connection.send({ type: "subscribe", symbols, topics, seq: Object.fromEntries(seen) });
    after("back", CATCH_UP_MS, showReturn);
  }

  function lost(nextAttempt) {
    stop("back", "hide");
    retryAt = nextAttempt;
    lostAt ||= Date.now();
    show(navigator.onLine === false ? "offline" : "reconnecting");
    after("lost", Math.max(0, lostAt + LOST_MS - Date.now()), showLoss);
  }

  function loggedOut() {
    stop(...Object.keys(timers));
    box("You are logged out", "Load the page again to log in.", false);
    show("offline");
  }

  // A panel swapped by htmx may be newer than what the socket brought.
  document.addEventListener("htmx:afterSettle", readSeqs);
  document.addEventListener("click", (event) => event.target.closest?.("[data-reconnect]") && connection.hurry());
  addEventListener("pagehide", () => stop(...Object.keys(timers)));

  readSeqs();
  const connection = window.openSocket({ address: () => "/ws/market-data?format=html", opened, receive, lost, loggedOut });
})();
