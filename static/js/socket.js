/* A socket that comes back by itself: the page loses its network, the server restarts, a laptop sleeps.

   openSocket({address, opened, receive, lost, loggedOut}) connects to address() and returns {send, hurry, isOpen}.
   lost(retryAt) is told after each loss when the next attempt is due; loggedOut() when there will be none. */
"use strict";

window.openSocket = ({ address, opened, receive, lost, loggedOut }) => {
  const BACKOFF_MS = [500, 15000];
  const PING_MS = 20000;
  const PONG_MS = 10000;

  let socket = null;
  let attempts = 0;
  const timers = {};

  const after = (name, milliseconds, act) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, milliseconds);
  };
  const stop = (...names) => names.forEach((name) => clearTimeout(timers[name]));

  function connect() {
    stop("retry");
    if (socket) return;
    const url = new URL(address(), location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(url);
    socket = mine;
    after("open", PONG_MS, () => mine.close()); // a handshake that hangs
    mine.onopen = () => {
      stop("open");
      attempts = 0;
      opened?.();
      beat();
    };
    mine.onmessage = (event) => {
      stop("pong");
      const message = JSON.parse(event.data);
      if (message.type !== "pong") receive(message);
    };
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
    stop("ping", "pong", "open");
    if (event.code === 4401) return giveUp();
    const [least, most] = BACKOFF_MS;
    const wait = Math.min(most, least * 2 ** attempts) * (0.5 + Math.random() / 2);
    attempts += 1;
    after("retry", wait, connect);
    lost?.(Date.now() + wait);
    if (attempts % 3 === 0) askWhetherLoggedIn();
  }

  /** A refused handshake does not say why. A page that redirects does: to the login. */
  async function askWhetherLoggedIn() {
    const page = document.getElementById("market-status")?.dataset.refresh;
    if (!page) return;
    const answer = await fetch(page, { redirect: "manual" }).catch(() => null); // unreachable: the retry tells
    if (answer?.type === "opaqueredirect" && !socket) giveUp();
  }

  function giveUp() {
    stop(...Object.keys(timers));
    loggedOut?.();
  }

  function hurry() {
    if (socket) return;
    attempts = 0;
    connect();
  }

  addEventListener("online", hurry);
  addEventListener("offline", () => { if (socket) { socket.close(); lose({}); } });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hurry());
  // An open socket would keep the page out of the browser's back cache.
  addEventListener("pagehide", () => { const mine = socket; socket = null; stop(...Object.keys(timers)); mine?.close(); });
  addEventListener("pageshow", (event) => event.persisted && hurry());

  connect();
  return {
    send: (message) => socket?.send(JSON.stringify(message)),
    hurry,
    isOpen: () => socket?.readyState === WebSocket.OPEN,
  };
};
