/* The small things of every page: theme, toasts, dialogs, tabs, keys. Other scripts speak to this one by the events
   "app:toast" ({level, title, text, link, link_text}) and hear of a new theme by "app:theme", both on document. */
(() => {
  "use strict";

  const root = document.documentElement;
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Theme: at once here, then told to the server. Without this script the forms post and reload.

  const lightScheme = matchMedia("(prefers-color-scheme: light)");
  const isLight = () => root.dataset.theme === "light" || (root.dataset.theme === "system" && lightScheme.matches);

  function showTheme(theme) {
    root.dataset.theme = theme;
    for (const button of $$("[data-theme-form] [aria-pressed]")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
    document.dispatchEvent(new CustomEvent("app:theme", { detail: { theme } }));
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const before = root.dataset.theme;
    const theme = event.submitter.hasAttribute("data-theme-toggle") ? (isLight() ? "dark" : "light") : event.submitter.value;
    const body = new FormData(form);
    body.set("theme", theme);
    showTheme(theme);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(`answer ${answer.status}`);
    } catch (error) {
      showTheme(before);
      toast({ level: "error", title: "Theme not saved", text: error.message });
    }
  });
  lightScheme.addEventListener("change", () => root.dataset.theme === "system" && showTheme("system"));

  // Toasts: 6 s, errors until read. The time stops while the pointer or the focus is on one.

  const TOAST_MS = 6000;
  const TOASTS_AT_ONCE = 4;

  function arm(element) {
    if (element.dataset.toast === "error") return;
    let timer;
    const start = () => { timer = setTimeout(() => element.remove(), TOAST_MS); };
    const stop = () => clearTimeout(timer);
    for (const [name, act] of [["pointerenter", stop], ["pointerleave", start], ["focusin", stop], ["focusout", start]]) {
      element.addEventListener(name, act);
    }
    start();
  }

  function toast({ level = "info", title, text = "", link = "", link_text: linkText = "Show" }) {
    const template = $(`#toast-${level}`) || $("#toast-info");
    const region = $("#toasts");
    if (!template || !region || !title) return;
    const same = $$("[data-toast]", region).find((one) => $(".toast-title", one).textContent === title && $(".toast-text", one).textContent === text);
    if (same) same.remove();
    const element = template.content.firstElementChild.cloneNode(true);
    $(".toast-title", element).textContent = title;
    $(".toast-text", element).textContent = text;
    if (link.startsWith("/") && !link.startsWith("//")) {
      const anchor = $(".toast-link", element);
      anchor.hidden = false;
      anchor.href = link;
      anchor.textContent = linkText;
    }
    region.append(element);
    for (const old of $$("[data-toast]", region).slice(0, -TOASTS_AT_ONCE)) old.remove();
    arm(element);
  }

  const told = (detail) => (Array.isArray(detail.value) ? detail.value : [detail]).forEach(toast);
  document.addEventListener("app:toast", (event) => told(event.detail));
  document.addEventListener("toast", (event) => told(event.detail)); // HX-Trigger: {"toast": {...}}
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const text = { 403: "Your login may have ended. Load the page again.", 404: "It is no longer there.", 429: "Too many requests. Wait a moment." };
    toast({ level: "error", title: `Not done (${status})`, text: text[status] || "The server could not do it. Nothing was changed." });
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => toast({ level: "error", title: "Server not reached", text: "Check the connection, then try again." }));
  }

  // Dialogs: native, so focus is trapped and Esc closes. A fragment swapped into #dialog-host opens by itself.

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const opener = at("[data-dialog-open]");
    if (opener) openDialog($(`#${CSS.escape(opener.dataset.dialogOpen)}`));
    if (at("[data-dialog-close]")) at("dialog")?.close();
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close(); // its backdrop
    if (at("[data-toast-close]")) at("[data-toast]").remove();
    for (const menu of $$("details[data-menu][open]")) if (!menu.contains(event.target) || at(".menu-item")) menu.open = false;
  });

  function openDialog(dialog) {
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
  }

  // Settled, so that whoever sees it finds its buttons working.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "dialog-host") openDialog($("dialog", event.detail.target));
  });

  // Tabs and switches over panels: arrow keys move, the choice survives a push (live.js keeps it) and a reload.

  const tabKey = (list) => `tab:${list.id}`;
  const panelOf = (tab) => $(`#${CSS.escape(tab.getAttribute("aria-controls"))}`);

  function selectTab(tab, { focus = false } = {}) {
    const list = tab.closest("[role=tablist]");
    for (const one of $$("[role=tab]", list)) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      const panel = panelOf(one);
      if (!panel) continue;
      if (list.hasAttribute("data-phone-switch")) panel.toggleAttribute("data-phone-off", !chosen);
      else panel.hidden = !chosen;
    }
    if (list.id) sessionStorage.setItem(tabKey(list), tab.id);
    if (focus) tab.focus();
    document.dispatchEvent(new CustomEvent("app:tab", { detail: { tab } }));
  }

  function restoreTabs() {
    for (const list of $$("[role=tablist]")) {
      const kept = list.id && sessionStorage.getItem(tabKey(list));
      const chosen = (kept && $(`#${CSS.escape(kept)}`, list)) || $("[role=tab][aria-selected=true]", list);
      const tab = [chosen, ...$$("[role=tab]", list)].find((one) => one && panelOf(one)); // its panel may be hidden by choice
      if (tab) selectTab(tab);
    }
  }

  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.("[role=tablist] [role=tab]");
    if (tab) selectTab(tab);
  });
  document.addEventListener("keydown", (event) => {
    const list = event.target.closest?.("[role=tablist]");
    if (!list) return;
    const tabs = $$("[role=tab]", list);
    const at = tabs.indexOf(event.target.closest("[role=tab]"));
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    selectTab(tabs[(to + tabs.length) % tabs.length], { focus: true });
  });
  document.addEventListener("htmx:afterSettle", restoreTabs);
  document.addEventListener("live:snapshot", restoreTabs);

  // Keys: an element with data-shortcut="g g" is followed, pressed or focused. Never while typing or in a dialog.

  const KEY_PAUSE_MS = 1000;
  let keys = [];
  let lastKey = 0;

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of $$("details[data-menu][open]")) {
        menu.open = false;
        $("summary", menu).focus();
      }
      if (event.target.id === "symbol-picker") event.target.blur();
    }
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || typing || $("dialog[open]") || event.key.length > 1) return;
    if (event.timeStamp - lastKey > KEY_PAUSE_MS) keys = [];
    lastKey = event.timeStamp;
    keys = [...keys, event.key].slice(-2);
    const element = shortcut(keys.join(" ")) || shortcut(event.key);
    if (!element) return;
    event.preventDefault();
    keys = [];
    if (element.matches("input, select, textarea")) {
      element.focus();
      element.select?.();
    } else element.click();
  });

  const shortcut = (combination) => $(`[data-shortcut="${CSS.escape(combination)}"]`);

  // The picker's list only offers what fits its text, so the text is chosen on focus and restored when left alone.
  const picker = $("#symbol-picker");
  picker?.addEventListener("focus", () => picker.select());
  picker?.addEventListener("blur", () => { if (!picker.value.trim()) picker.value = picker.defaultValue; });

  for (const element of $$("#toasts [data-toast]")) arm(element);
  restoreTabs();
})();
