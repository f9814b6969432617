/* Notifications on every page that follows them: a toast each, once, and a sound where the user switched it on. */
(() => {
  "use strict";

  if (window.hearsNotifications) return;
  window.hearsNotifications = true;

  const known = document.querySelector('[data-personal-topic="notifications"]');
  let newest = known ? Number(known.dataset.number) : null;

  // A browser lets nothing sound before the page was touched once.
  let audio = null;
  const touched = () => {
    audio ||= new AudioContext();
    if (audio.state === "suspended") audio.resume();
  };
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, touched, { once: true, passive: true });

  function sound(level) {
    if (!audio || audio.state !== "running") return;
    const notes = level === "error" ? [880, 660, 880] : [660, 880];
    notes.forEach((pitch, index) => {
      const at = audio.currentTime + index * 0.16;
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.15);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.16);
    });
  }

  function hear(event) {
    const { notifications, newest: last, sound: mayHear } = event.detail.data;
    // Without a number this page is new: it shows what comes from now on, not what came before.
    const fresh = newest === null ? [] : notifications.filter((one) => one.number > newest && !one.is_read);
    newest = Math.max(newest ?? 0, last);
    for (const { level, title, text, url } of fresh) {
      const short = text.length > 240 ? `${text.slice(0, 240)} …` : text;
      document.dispatchEvent(new CustomEvent("app:toast", { detail: { level, title, text: short, link: url } }));
    }
    if (mayHear && fresh.length) sound(fresh.some((one) => one.level === "error") ? "error" : "");
  }

  document.addEventListener("personal:notifications:new", hear);
  document.addEventListener("personal:notifications:list", hear);
})();
