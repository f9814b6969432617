/* How new HTML takes the place of old: nodes are kept where they can be, and what the reader chose stays as it is, open
   origins, selected tabs, drawn charts, text being typed. live.js uses it for pushes, hx-ext="morph" with
   hx-swap="morph:outerHTML" for fragments that a page asks for. */
(() => {
  "use strict";

  const CHOSEN = ["aria-selected", "tabindex", "hidden", "open", "data-phone-off"];
  const settings = {
    morphStyle: "outerHTML",
    ignoreActiveValue: true,
    callbacks: {
      beforeNodeMorphed: (old) => !(old instanceof Element && old.matches("[data-chart], [data-keep]")),
      beforeAttributeUpdated: (name, element) => !CHOSEN.includes(name) || !element.matches("details, dialog, [role=tab], [role=tabpanel], [data-phone-panel]"),
    },
  };

  window.morphInto = (target, fresh) => Idiomorph.morph(target, fresh, settings);

  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style.startsWith("morph"),
    handleSwap: (style, target, fragment) => {
      if (!style.startsWith("morph")) return false;
      return window.morphInto(target, fragment.children);
    },
  });
})();
