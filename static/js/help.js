/* What a label means: <a class="help" href="/learn/#term-x" aria-description="...">. Shown in a box beside it by hover,
   focus and a first tap; Escape closes it, Enter and a second tap follow the link. Without this script the link is all. */
(() => {
  "use strict";

  const SHOW_MS = 250;
  const HIDE_MS = 150;
  const GAP = 8;
  let box = null;
  let shown = null;
  let tapped = null;
  let timer = 0;

  const helpOf = (event) => event.target.closest?.(".help");
  const later = (milliseconds, act) => { clearTimeout(timer); timer = setTimeout(act, milliseconds); };

  function show(label) {
    clearTimeout(timer);
    if (shown === label || !label.isConnected) return;
    box ??= Object.assign(document.createElement("div"), { className: "help-tip", popover: "manual" });
    box.setAttribute("aria-hidden", "true"); // its text is the label's description already
    box.replaceChildren(Object.assign(document.createElement("b"), { textContent: label.getAttribute("aria-label") ?? label.textContent }), label.getAttribute("aria-description"));
    (label.closest("dialog") || document.body).append(box);
    box.showPopover?.();
    shown = label;
    place();
  }

  function place() {
    const at = shown.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const below = at.bottom + GAP + height <= innerHeight;
    box.style.left = `${Math.max(12, Math.min(at.left, innerWidth - width - 12))}px`;
    box.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height)}px`;
  }

  function hide() {
    clearTimeout(timer);
    box?.remove();
    shown = null;
    tapped = null;
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const label = helpOf(event);
    if (label) later(SHOW_MS, () => show(label));
    else if (shown && !box.contains(event.target)) later(HIDE_MS, hide);
    else clearTimeout(timer);
  });
  document.addEventListener("focusin", (event) => {
    const label = helpOf(event);
    if (label?.matches(":focus-visible")) show(label);
    else if (shown && !label) hide();
  });
  document.addEventListener("focusout", () => shown && later(HIDE_MS, hide));
  document.addEventListener("click", (event) => {
    const label = helpOf(event);
    if (!label) return shown && hide();
    if (event.pointerType !== "touch" || tapped === label) return;
    event.preventDefault();
    show(label);
    tapped = label;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.stopPropagation(); // the help goes, what is behind it stays
    event.preventDefault();
    hide();
  }, true);
  // The focus brings its label into view by scrolling, so there the box goes along.
  addEventListener("scroll", () => { if (shown) (document.activeElement === shown ? place : hide)(); }, { capture: true, passive: true });
  document.addEventListener("htmx:afterSwap", () => shown && !shown.isConnected && hide());
})();
