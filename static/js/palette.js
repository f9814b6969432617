/* The command palette: Ctrl K (or ⌘ K) fetches it, letters narrow it, arrows choose, Enter goes. A text that could be a
   symbol offers that symbol's page. */
(() => {
  "use strict";

  const SYMBOL = /^[a-z^][a-z0-9.^_-]{0,11}$/i;
  const $ = (selector, within = document) => within.querySelector(selector);
  const options = () => [...document.querySelectorAll("#palette [role=option]:not([hidden])")];
  const isChosen = (option) => option.getAttribute("aria-selected") === "true";

  function choose(option) {
    for (const one of document.querySelectorAll("#palette [role=option]")) one.setAttribute("aria-selected", String(one === option));
    if (option) $("#palette-input").setAttribute("aria-activedescendant", option.id);
    else $("#palette-input").removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  /** Words may come in any order, each as the beginning of a word of the label. */
  function fits(option, words) {
    const label = $("span", option).textContent.trim().toLowerCase();
    return words.every((word) => label.startsWith(word) || label.includes(` ${word}`));
  }

  function narrow(input) {
    const text = input.value.trim();
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const symbol = $("#palette-symbol");
    for (const option of document.querySelectorAll("#palette [role=option]")) if (option !== symbol) option.hidden = !fits(option, words);
    symbol.hidden = !SYMBOL.test(text);
    $("[data-symbol]", symbol).textContent = text.toUpperCase();
    symbol.href = input.dataset.go + encodeURIComponent(text.toUpperCase());
    $(".palette-none").hidden = options().length > 0;
    choose(options()[0]);
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!$("dialog[open]")) $("#palette-button")?.click();
      return;
    }
    if (event.target.id !== "palette-input") return;
    const shown = options();
    const at = shown.findIndex(isChosen);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && shown.length) {
      event.preventDefault();
      choose(shown[(to + shown.length) % shown.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      shown[at]?.click();
    }
  });
  document.addEventListener("input", (event) => event.target.id === "palette-input" && narrow(event.target));
  document.addEventListener("htmx:afterSettle", (event) => {
    const input = event.detail.target.id === "dialog-host" && $("#palette-input");
    if (input) narrow(input);
  });
})();
