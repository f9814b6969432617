/* The socket: <body data-live-symbols="SPX" data-live-topics="market gex"> opens one connection to /ws/market-data, and
   the fragments the server pushes are morphed into the elements of the same id. "live:snapshot" on document tells others.

   What arrived is known by `seq` per topic and symbol. A page starts from the data-seq of its panels (beside
   data-live-symbol and data-live-topic), and a connection that returns sends what it has, so nothing is missed. */
(() => {
  "use strict";

  const words = (text) => (text || "").split(/[\s,]+/).filter(Boolean);
  const symbols = words(document.body.dataset.liveSymbols);
  const topics = words(document.body.dataset.liveTopics);
  if (!symbols.length || !topics.length) return;

  const BACKOFF_MS = [500, 15000];
  const PING_MS = 20000;
  const PONG_MS = 10000;
  const LOST_MS = 1500;
  const BACK_MS = 4000;
  const CATCH_UP_MS = 1000;
  const FLASH_MS = 600;

  const url = new URL("/ws/market-data", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({ format: "html" }); // what is watched, and what is here already, follows as a message

  let socket = null;
  let attempts = 0;
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
  const key = (symbol, topic) => `${topic}:${symbol}`;

  function readSeqs() {
    for (const panel of document.querySelectorAll("[data-seq][data-live-symbol]")) {
      const name = key(panel.dataset.liveSymbol, panel.dataset.liveTopic || topics[0]);
      const seq = Number(panel.dataset.seq);
      if (Number.isInteger(seq) && seq > (seen.get(name) ?? -1)) seen.set(name, seq);
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

  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const numeric = (text) => parseFloat(text.replace(/[−–]/g, "-").replace(/[^0-9.eE-]/g, ""));
  const watched = (within) => [...within.querySelectorAll("[data-flash], .num")].filter((one) => !one.closest("[data-clock], .market-clock"));

  function flash(before) {
    if (reduced.matches) return;
    for (const [element, text] of before) {
      if (!element.isConnected || element.textContent === text) continue;
      const change = numeric(element.textContent) - numeric(text);
      const name = change > 0 ? "--gain-line" : change < 0 ? "--loss-line" : "--accent-line";
      element.animate([{ backgroundColor: `var(${name})` }, { backgroundColor: "transparent" }], { duration: FLASH_MS, easing: "ease-out" });
    }
  }

  function morph(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const fresh of [...template.content.children]) {
      const target = fresh.id && document.getElementById(fresh.id);
      if (!target) continue;
      const before = new Map((target.matches("[data-flash], .num") ? [target] : watched(target)).map((one) => [one, one.textContent]));
      fresh.removeAttribute("hx-swap-oob");
      window.morphInto(target, fresh);
      htmx.process(document.getElementById(fresh.id));
      flash(before);
    }
  }

  /** What shows such facts (data-facts="bars snapshot") asks for its fragment again: hx-get with hx-trigger="live:fact". */
  function renew(symbol, kind) {
    const shown = `[data-live-symbol="${CSS.escape(symbol)}"][data-facts~="${CSS.escape(kind)}"]`;
    for (const panel of document.querySelectorAll(shown)) htmx.trigger(panel, "live:fact");
  }

  function receive(message) {
    stop("pong");
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
    if (message.type === "status" && message.source?.stale_after) {
      // The source was asked and had nothing newer: what is shown is as new as can be for longer than it said itself.
      for (const panel of document.querySelectorAll(`[data-live-symbol="${CSS.escape(message.symbol)}"]`)) panel.dataset.staleAfter = message.source.stale_after;
    }
    if (message.type === "fact") renew(message.symbol, message.data.kind);
    if (message.type === "snapshot" && message.topic === topics[0]) renew(message.symbol, "snapshot");
    if (!message.html) return;
    morph(message.html);
    document.dispatchEvent(new CustomEvent("live:snapshot", { detail: message }));
  }

  // The connection

  function connect() {
    stop("retry");
    if (socket) return;
    const mine = new WebSocket(url);
    socket = mine;
    after("open", PONG_MS, () => mine.close()); // a handshake that hangs
    mine.onopen = () => {
      stop("open", "lost", "loss");
      attempts = 0;
      caughtUp = 0;
      lostAt = 0;
      show("live");
      mine.send(JSON.stringify({ type: "subscribe", symbols, topics, seq: Object.fromEntries(seen) }));
      after("back", CATCH_UP_MS, showReturn);
      beat();
    };
    mine.onmessage = (event) => receive(JSON.parse(event.data));
    mine.onclose = (event) => socket === mine && lose(event);
  }

  function beat() {
    after("ping", PING_MS, () => {
      socket?.send(JSON.stringify({ type: "ping" }));
      // close() waits for an answer that a dead peer never gives, so the socket is given up at once.
      after("pong", PONG_MS, () => { socket?.close(); lose({}); });
      beat();
    });
  }

  function lose(event) {
    socket = null;
    stop("ping", "pong", "open", "back", "hide");
    if (event.code === 4401) return loggedOut();
    lostAt ||= Date.now();
    show(navigator.onLine === false ? "offline" : "reconnecting");
    const [least, most] = BACKOFF_MS;
    const wait = Math.min(most, least * 2 ** attempts) * (0.5 + Math.random() / 2);
    attempts += 1;
    retryAt = Date.now() + wait;
    after("retry", wait, connect);
    after("lost", Math.max(0, lostAt + LOST_MS - Date.now()), showLoss);
    if (attempts % 3 === 0) askWhetherLoggedIn();
  }

  /** A refused handshake does not say why. A page that redirects does: to the login. */
  async function askWhetherLoggedIn() {
    const page = document.getElementById("market-status")?.dataset.refresh;
    if (!page) return;
    const answer = await fetch(page, { redirect: "manual" }).catch(() => null); // unreachable: the retry tells
    if (answer?.type === "opaqueredirect" && !socket) loggedOut();
  }

  function loggedOut() {
    stop(...Object.keys(timers));
    box("You are logged out", "Load the page again to log in.", false);
    show("offline");
  }

  function hurry() {
    if (socket) return;
    attempts = 0;
    connect();
  }

  addEventListener("online", hurry);
  addEventListener("offline", () => { if (socket) { socket.close(); lose({}); } });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hurry());
  document.addEventListener("click", (event) => event.target.closest?.("[data-reconnect]") && hurry());
  // An open socket would keep the page out of the browser's back cache.
  addEventListener("pagehide", () => { const mine = socket; socket = null; stop(...Object.keys(timers)); mine?.close(); });
  addEventListener("pageshow", (event) => event.persisted && hurry());
  // A panel swapped by htmx may be newer than what the socket brought.
  document.addEventListener("htmx:afterSettle", readSeqs);

  readSeqs();
  connect();
})();
