// Deciding by one key where comments stand (templates/places/desk.html). Without it each key is a button.
(() => {
  "use strict";

  const OFF = "consult-keys-off"; // WCAG 2.1.4: keys of one character can be turned off
  const note = document.querySelector("[data-keys]");
  if (!note) return;
  const toggle = note.querySelector("[data-keys-off]");
  const isOff = () => localStorage.getItem(OFF) === "1";

  const show = () => {
    for (const sign of document.querySelectorAll("[data-key] kbd")) sign.hidden = isOff();
    toggle.textContent = isOff() ? toggle.dataset.on : toggle.dataset.off;
  };

  toggle.addEventListener("click", () => {
    if (isOff()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show();
  });

  // Words marked in one of the texts: they and the text are meant, whatever is pressed.
  const words = document.querySelector("#words");
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    const text = chosen.toString().trim();
    const inside = chosen.rangeCount && chosen.getRangeAt(0).commonAncestorContainer;
    const choice = (inside?.nodeType === Node.TEXT_NODE ? inside.parentElement : inside)?.closest?.("[data-choice]");
    if (text && choice && words) words.value = text;
  });

  document.addEventListener("keydown", (event) => {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.dataset.focusOn) document.getElementById(target.dataset.focusOn)?.focus();
    else target.click();
  });

  note.hidden = false;
  show();
})();
