/* The copilot's page: puts the blocks of a growing answer in their places, keeps the end in view, sends on Enter.

   "personal:copilot:chunk" carries {turn, first, blocks}: the blocks from number `first` on. A chunk that does not fit
   what stands there means that one was lost: the turn is asked for again, whole. */
(() => {
  "use strict";

  // The end is where the last answer ends, above the composer; on a phone the panels stand below it.
  const NEAR_END = 160;
  const last = () => document.querySelector(".copilot-turn:last-of-type");
  const room = () => document.getElementById("copilot-composer").offsetHeight + 24;
  const behind = () => last().getBoundingClientRect().bottom - (innerHeight - room());
  const isAtEnd = () => behind() < NEAR_END;
  const toEnd = () => last() && scrollBy({ top: behind() });
  const keepEnd = (wasAtEnd) => wasAtEnd && toEnd();

  document.addEventListener("personal:copilot:chunk", ({ detail: { data } }) => {
    const article = document.getElementById(`turn-${data.turn}`);
    const box = document.getElementById(`turn-${data.turn}-text`);
    if (!box || article.getAttribute("aria-busy") !== "true") return;
    if (box.children.length < data.first) return htmx.trigger(article, "refresh");
    const wasAtEnd = isAtEnd();
    while (box.children.length > data.first) box.lastElementChild.remove();
    box.insertAdjacentHTML("beforeend", data.blocks.join(""));
    const step = article.querySelector("[data-step]");
    if (step) step.textContent = "Writing";
    keepEnd(wasAtEnd);
  });

  document.addEventListener("personal:copilot:step", ({ detail: { data } }) => {
    const step = document.querySelector(`#turn-${data.turn} [data-step]`);
    if (step) step.textContent = `Looking up ${data.step}`;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "copilot-turns") toEnd();
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(".copilot-text") || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector(".copilot-send"));
  });

  toEnd();
})();
