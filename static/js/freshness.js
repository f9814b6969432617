/* Time on the page: the market's clock, ages in source badges, and badges that turn stale when their moment passes.
   All of it by the server's time (data-server-now on body), because a desk's own clock may be wrong. */
(() => {
  "use strict";

  const serverNow = Date.parse(document.body.dataset.serverNow);
  // performance.timeOrigin + responseEnd is when the server's answer was here; the page may have been parsed later.
  const answered = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.responseEnd || performance.now());
  const offset = Number.isNaN(serverNow) ? 0 : serverNow - answered;
  const now = () => Date.now() + offset;

  const newYork = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", hourCycle: "h23", ...options });
  const withSeconds = newYork({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const full = newYork({ weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

  const NARROW = "\u202f";
  const AGEING = new Set(["live", "delayed", "simulated"]); // a replayed or computed figure shows its own moment

  function age(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    for (const [length, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
      if (seconds >= length) return `${Math.floor(seconds / length)}${NARROW}${unit}`;
    }
    return `${seconds}${NARROW}s`;
  }

  function put(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function ageBadge(badge) {
    const { kind, asOf, staleAfter, label } = badge.dataset;
    const made = Date.parse(asOf);
    if (!badge.title && !badge.closest("summary")) badge.title = `As of ${full.format(made)} New York`;
    // A later promise for all of a symbol's panels stands at their root (see live.js): kept panels do not know of it.
    const promised = badge.closest("[data-live-symbol][data-stale-after]")?.dataset.staleAfter;
    const stale = Boolean(staleAfter) && now() > Math.max(Date.parse(staleAfter), promised ? Date.parse(promised) : 0);
    badge.classList.toggle("is-stale", stale);
    if (!label || !(AGEING.has(kind) || stale)) return;
    const told = age(now() - made);
    put(badge.querySelector("[data-badge-text]"), stale ? `${label}, stale ${told}` : `${label} · ${told}`);
  }

  function ageAll() {
    document.querySelectorAll(".badge[data-as-of]").forEach(ageBadge);
    for (const group of document.querySelectorAll("[data-stale-group]")) {
      group.classList.toggle("is-stale", group.querySelector(".badge.is-stale") !== null);
    }
  }

  function showTime() {
    const time = withSeconds.format(now());
    document.querySelectorAll("[data-clock]").forEach((element) => put(element, time));
    ageAll();
  }

  let asked = "";

  function tick() {
    const status = document.getElementById("market-status");
    const changes = status?.dataset.changesAt;
    // Once per change: should the answer still name a moment that has passed, asking every second would not help.
    if (changes && changes !== asked && now() > Date.parse(changes) + 500) {
      asked = changes;
      htmx.ajax("GET", status.dataset.refresh, { target: "#market-status", swap: "outerHTML" });
    }
    showTime();
    setTimeout(tick, 1000 - (now() % 1000));
  }

  document.addEventListener("live:snapshot", ageAll);
  document.addEventListener("htmx:afterSettle", showTime);
  document.addEventListener("DOMContentLoaded", tick);
})();
