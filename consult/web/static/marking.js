// Marking confidential words of an answer: buttons that set the signs around selected words, and the public text as it will be.
// Without this script one types the signs; the server alone decides what is left out.
(() => {
  "use strict";

  const { find, announce } = window.consult;
  const form = find("form[data-marking]");
  if (!form) return;
  const { opens, closes, instead, marked, unmarked, nothing, uneven } = form.dataset;
  const area = find("textarea", form);
  const shown = find("[data-public]");

  /** The text with `instead` for what is marked; null where the signs don't go in pairs. */
  const publicText = (text) => {
    let left = "";
    let rest = text;
    while (rest) {
      const from = rest.indexOf(opens);
      const stray = rest.indexOf(closes);
      if (from < 0) return stray < 0 ? left + rest : null;
      if (stray >= 0 && stray < from) return null;
      const to = rest.indexOf(closes, from);
      const again = rest.indexOf(opens, from + opens.length);
      if (to < 0 || (again >= 0 && again < to)) return null;
      left += rest.slice(0, from) + (to > from + opens.length ? instead : "");
      rest = rest.slice(to + closes.length);
    }
    return left;
  };

  const show = () => { shown.textContent = publicText(area.value) ?? uneven; };

  const bare = (text) => text.replaceAll(opens, "").replaceAll(closes, "");

  /** Replace from..to so that the browser's own undo takes it back. */
  const replace = (from, to, text) => {
    area.focus();
    area.setSelectionRange(from, to);
    if (!document.execCommand?.("insertText", false, text)) area.setRangeText(text, from, to, "select");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /** The selection widened to the whole of every mark that it touches. */
  const widened = () => {
    let [from, to] = [area.selectionStart, area.selectionEnd];
    const text = area.value;
    const before = text.lastIndexOf(opens, from);
    if (before >= 0 && text.indexOf(closes, before) + closes.length >= from && text.indexOf(closes, before) >= 0) from = before;
    const open = text.lastIndexOf(opens, Math.max(to - 1, 0));
    const close = text.indexOf(closes, Math.max(open, 0));
    if (open >= from && close >= 0 && close + closes.length > to) to = close + closes.length;
    return [from, to];
  };

  const mark = () => {
    if (area.selectionStart === area.selectionEnd) return announce(nothing);
    const [from, to] = widened();
    const words = opens + bare(area.value.slice(from, to)) + closes;
    replace(from, to, words);
    area.setSelectionRange(from, from + words.length);
    announce(marked);
  };

  const unmark = () => {
    const [from, to] = widened();
    const words = bare(area.value.slice(from, to));
    if (words === area.value.slice(from, to)) return announce(nothing);
    replace(from, to, words);
    area.setSelectionRange(from, from + words.length);
    announce(unmarked);
  };

  find("[data-marking-tools]", form).hidden = false;
  find("[data-mark]", form).addEventListener("click", mark);
  find("[data-unmark]", form).addEventListener("click", unmark);
  area.addEventListener("input", show);
  show();
})();
