"""Scripts that ask the browser how a page behaved. The content security policy forbids eval; these are evaluated."""

# What moved so far without the reader's doing, after two frames: what a load or push changed is painted by then.
LAYOUT_SHIFT = """() => new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})"""

# Milliseconds since the navigation began once everything in view is there and the page can be used: the blocks in view
# hold their content, the charts in view are drawn, and the browser has nothing left to do.
INTERACTIVE = """() => new Promise(resolve => {
  const inView = (one) => {
    const box = one.getBoundingClientRect();
    return box.height > 0 && box.top < innerHeight && box.bottom > 0;
  };
  const none = (selector, lacks) => ![...document.querySelectorAll(selector)].some((one) => lacks(one) && inView(one));
  const isThere = () => document.readyState === 'complete'
    && none('section.block', (one) => one.querySelector('.skeleton'))
    && none('.chart[data-chart]', (one) => one.dataset.drawn === undefined);
  const look = () => {
    if (!isThere()) return void setTimeout(look, 5);
    requestIdleCallback(() => isThere() ? resolve(performance.now()) : look());
  };
  look();
})"""
