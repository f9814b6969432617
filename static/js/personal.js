/* What is the user's own: <body data-personal="notifications positions"> follows /ws/notifications and /ws/positions.
   Fragments are morphed into the elements of the same id; "personal:<topic>" and "personal:<topic>:<type>" on document
   hand each message to others, "personal:<topic>:back" says that the connection was lost and stands again.

   A connection that returns says the newest number it has, at first that of <... data-personal-topic="notifications"
   data-number="12">, so that nothing is missed and nothing comes twice. */
(() => {
  "use strict";

  const topics = (document.body.dataset.personal || "").split(/\s+/).filter(Boolean);

  const tell = (name, detail = null) => document.dispatchEvent(new CustomEvent(`personal:${name}`, { detail }));

  const rowsOf = (html) => [...(html || "").matchAll(/<tr[^>]* id="([^"]+)"/g)].map((found) => found[1]).join(" ");

  function follow(topic) {
    const here = document.querySelector(`[data-personal-topic="${topic}"]`);
    let newest = here ? Number(here.dataset.number) : null;

    const address = () => `/ws/${topic}?${new URLSearchParams({ format: "html", ...(newest === null ? {} : { seq: newest }) })}`;

    function receive(message) {
      if (message.type === "error" || message.type === "subscribed") return;
      if (message.seq) newest = Math.max(newest ?? 0, message.seq);
      const apply = () => {
        if (message.html) window.morphPushed(message.html);
        tell(topic, message);
        tell(`${topic}:${message.type}`, message);
      };
      // Marks come with the market and wait as it does; what happened to the user's own is told at once.
      if (topic === "positions" && message.type === "marks") window.pace(`marks:${rowsOf(message.html)}`, apply);
      else apply();
    }

    // What came or went while the connection was away is asked for again.
    let wasLost = false;
    const opened = () => { if (wasLost) tell(`${topic}:back`); wasLost = false; };

    window.openSocket({ address, receive, opened, lost: () => { wasLost = true; } });
  }

  topics.forEach(follow);
})();
