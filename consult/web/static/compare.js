// Two versions compared: n and p go to the next change and the one before, at either end to the next part or the one before.
// Links to all of them are on the page anyway.
(() => {
  "use strict";

  const changes = [...document.querySelectorAll("[data-change]")];
  const hint = document.querySelector("[data-keys]");
  if (!changes.length) return;
  if (hint) hint.hidden = !matchMedia("(any-hover: hover)").matches;

  const current = () => {
    const focused = changes.indexOf(document.activeElement?.closest?.("[data-change]"));
    if (focused >= 0) return focused;
    const below = changes.findIndex((change) => change.getBoundingClientRect().top > 8);
    return below < 0 ? changes.length - 1 : below - 1;
  };

  const go = (to) => {
    const change = changes[to];
    if (!change) {
      document.querySelector(`main a[rel="${to < 0 ? "prev" : "next"}"]`)?.click();
      return;
    }
    change.focus({ preventScroll: true });
    change.scrollIntoView({ block: "start" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "n") go(current() + 1);
    if (event.key === "p") go(current() - 1);
  });
})();
