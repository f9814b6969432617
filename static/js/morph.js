/* How new HTML takes the place of old: nodes are kept where they can be, and what the reader chose stays as it is, open
   origins, selected tabs, drawn charts, text being typed. live.js uses it for pushes, hx-ext="morph" with
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

  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style.startsWith("morph"),
    handleSwap: (style, target, fragment) => {
      if (!style.startsWith("morph")) return false;
      return window.morphInto(target, fragment.children);
    },
  });
})();
