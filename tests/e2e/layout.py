"""Scripts that ask the browser how a page behaved. The content security policy forbids eval; these are evaluated."""

# What moved so far without the reader's doing, after two frames: what a load or push changed is painted by then.
LAYOUT_SHIFT = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})"""

# Milliseconds from the start of the navigation until the page can be used: the blocks in view hold their content, the
# charts in view (or near it: the page draws those too) are drawn, and no long task has kept the browser busy for 100 ms
# since. Those 100 ms do not count.
INTERACTIVE = """() => new Promise(resolve => {
  let busyUntil = 0, thereSince = 0;
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) busyUntil = Math.max(busyUntil, task.startTime + task.duration);
  }).observe({type: 'longtask', buffered: true});
  const inView = (one) => {
    const box = one.getBoundingClientRect();
    return box.height > 0 && (one.hasAttribute('data-near') || box.top < innerHeight && box.bottom > 0);
  };
  const none = (selector, lacks) => ![...document.querySelectorAll(selector)].some((one) => lacks(one) && inView(one));
  const isThere = () => document.readyState === 'complete'
    && none('section.block', (one) => one.querySelector('.skeleton'))
    && none('.chart[data-chart]', (one) => one.dataset.drawn === undefined);
  const look = () => {
    thereSince = isThere() ? thereSince || performance.now() : 0;
    const since = Math.max(thereSince, busyUntil);
    if (thereSince && performance.now() - since >= 100) resolve(since);
    else setTimeout(look, 5);
  };
  look();
})"""

# From here on, PUSH_IS_SHOWN knows what a push brings.
WATCH_PUSHES = """() => {
  window.pushed = new Map();
  window.watchedSince = performance.now();
  document.addEventListener('live:snapshot', ({ detail }) => window.pushed.set(detail.topic, detail.seq));
}"""

# Whether snapshot [symbol, seq] is on the page: each topic of the page has brought it, and whatever asks for itself
# again after a snapshot has its answer in place.
PUSH_IS_SHOWN = """([symbol, seq]) => {
  const path = (url) => new URL(url, location).pathname;
  const answers = performance.getEntriesByType('resource')
    .filter((one) => one.startTime > window.watchedSince && one.responseEnd > 0);
  const answered = new Set(answers.map((one) => path(one.name)));
  const renewed = document.querySelectorAll(`[hx-get][data-facts~=snapshot][data-live-symbol="${symbol}"]`);
  return document.body.dataset.liveTopics.split(' ').every((topic) => window.pushed.get(topic) >= seq)
    && [...renewed].every((one) => answered.has(path(one.getAttribute('hx-get'))))
    && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling');
}"""
