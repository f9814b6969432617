/* How new HTML takes the place of old: nodes are kept where they can be, and what the reader chose stays as it is, open
   origins, selected tabs, drawn charts, text being typed. morphPushed() takes what a
   socket pushes, hx-ext="morph" with
   hx-swap="morph:outerHTML" for fragments that a page asks for. */
(() => {
  "use strict";

  const CHOSEN = ["aria-selected", "tabindex", "hidden", "open", "data-phone-off"];
  const settings = {
    morphStyle: "outerHTML",
    callbacks: {
      beforeNodeMorphed: (old) => !(old instanceof Element && old.matches("[data-chart], [data-keep]")),
      beforeAttributeUpdated: (name, element) => !CHOSEN.includes(name) || !element.matches("details, dialog, [role=tab], [role=tabpanel], [data-phone-panel]"),
    },
  };

  // Text being typed is left alone. Any other focused element takes its new content: a button must say what it does.
  const isTyping = () => document.activeElement?.matches("input, select, textarea, [contenteditable]") ?? false;

  window.morphInto = (target, fresh) => Idiomorph.morph(target, fresh, { ...settings, ignoreActiveValue: isTyping() });

  // Pushes

  const FLASH_MS = 600;
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

  /** Put pushed fragments, top-level elements with ids, in their places, and let what changed glow. */
  window.morphPushed = (html) => {
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
  };

  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style.startsWith("morph"),
    handleSwap: (style, target, fragment) => {
      if (!style.startsWith("morph")) return false;
      return window.morphInto(target, fragment.children);
    },
  });
})();
