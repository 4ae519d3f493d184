// What a questionnaire does beyond plain forms: questions appear when their condition is met, words are counted, ranked
// things move. Without it the server decides what is asked next, and places are chosen from lists.
(() => {
  "use strict";

  const { find, all, element, announce } = window.consult ?? {};
  if (!find) return;
  const number = (n) => new Intl.NumberFormat(document.documentElement.lang).format(n);

  // ---- Conditions ----------------------------------------------------------------------------------------------

  /** What was chosen or written in a question of this page, null where the question is not on it. */
  const said = (key, root) => {
    const question = find(`[data-question="${CSS.escape(key)}"]`, root);
    if (!question) return null;
    if (question.closest("[hidden]")) return [];
    const fields = all("input[name^=a_], textarea[name^=a_], select[name^=a_]", question);
    const chosen = fields.filter((field) => /^(radio|checkbox)$/.test(field.type) ? field.checked : field.value.trim());
    return chosen.map((field) => field.dataset.option ?? field.value.trim());
  };

  const decide = (root) => {
    for (const part of all("[data-shown-if]", root)) {
      const found = said(part.dataset.shownIf, root);
      if (!found) continue; // asked on an earlier page: the server has decided
      const wanted = part.dataset.shownValues.split(" ").filter(Boolean);
      part.hidden = !(wanted.length ? found.some((each) => wanted.includes(each)) : found.length);
    }
    const seen = find("[data-seen]", root);
    if (seen) seen.value = all("[data-question]", root).filter((each) => !each.closest("[hidden]")).map((each) => each.dataset.question).join(" ");
  };

  const rootOf = (node) => node.closest("form, [data-questions]") ?? document;

  // ---- Words ---------------------------------------------------------------------------------------------------

  // Scripts written without spaces: each sign counts, as in consult/questionnaires/values.py.
  const unspaced = /[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
  const countWords = (text) => {
    const signs = text.match(unspaced)?.length ?? 0;
    return signs + text.replace(unspaced, " ").split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  };

  let telling;
  const count = (area, aloud = false) => {
    const line = document.getElementById(`${area.id}-count`);
    if (!line) return;
    const used = countWords(area.value), most = +area.dataset.words;
    const text = (used > most ? area.dataset.over : area.dataset.used).replace("{n}", number(used)).replace("{most}", number(most));
    line.textContent = text;
    line.classList.toggle("error", used > most);
    clearTimeout(telling);
    // Said aloud only near the end, and only after a pause in typing.
    if (aloud && used >= most * 0.9) telling = setTimeout(() => { document.getElementById(`${area.id}-said`).textContent = text; }, 1200);
  };

  // ---- Ranking -------------------------------------------------------------------------------------------------

  const items = (list) => all(".ranking__item", list);
  const placeOf = (item) => find("select", item);
  const nameOf = (item) => find("label", item).textContent.trim();
  const ranked = (list) => items(list).filter((item) => placeOf(item).value).sort((a, b) => placeOf(a).value - placeOf(b).value);

  /** Write the places of an order, and let the list stand in it; what has no place follows. */
  const settle = (list, order) => {
    const rest = items(list).filter((item) => !order.includes(item));
    order.forEach((item, at) => { placeOf(item).value = at + 1; });
    rest.forEach((item) => { placeOf(item).value = ""; });
    const wanted = [...order, ...rest];
    const held = document.activeElement;
    if (wanted.some((item, at) => items(list)[at] !== item)) list.append(...wanted);
    if (held !== document.activeElement) held.focus();
    for (const item of wanted) {
      const at = order.indexOf(item);
      find("[data-by='-1']", item).disabled = at === 0;
      find("[data-by='1']", item).disabled = at < 0 || at === order.length - 1;
    }
  };

  const tell = (list, item) => {
    const place = placeOf(item).value;
    const text = (place ? list.dataset.moved : list.dataset.cleared).replace("{name}", nameOf(item));
    announce(text.replace("{n}", number(+place)).replace("{most}", number(items(list).length)));
  };

  const move = (list, item, by) => {
    const order = ranked(list), at = order.indexOf(item);
    if (at < 0) order.push(item); // its first place is the last one
    else order.splice(at + by, 0, order.splice(at, 1)[0]);
    settle(list, order);
    tell(list, item);
    const button = find(`[data-by='${by}']`, item);
    (button.disabled ? placeOf(item) : button).focus();
    placeOf(item).dispatchEvent(new Event("input", { bubbles: true }));
  };

  /** A place was chosen from the list: the others make room. */
  const choose = (list, item) => {
    const wanted = +placeOf(item).value;
    const order = ranked(list).filter((each) => each !== item);
    if (wanted) order.splice(Math.min(wanted - 1, order.length), 0, item);
    settle(list, order);
    tell(list, item);
  };

  const button = (list, item, by) => {
    const text = (by < 0 ? list.dataset.up : list.dataset.down).replace("{name}", nameOf(item));
    const made = element("button", { type: "button", className: "ranking__move", textContent: by < 0 ? "↑" : "↓" });
    made.setAttribute("aria-label", text);
    made.dataset.by = by;
    return made;
  };

  const ready = (list) => {
    if (list.dataset.ready) return;
    list.dataset.ready = "yes";
    items(list).forEach((item) => item.append(button(list, item, -1), button(list, item, 1)));
    settle(list, ranked(list));
  };

  // ---- Listening -----------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const by = event.target.closest?.(".ranking__move")?.dataset.by;
    if (by) move(event.target.closest("[data-ranking]"), event.target.closest(".ranking__item"), +by);
  });
  document.addEventListener("change", (event) => {
    const item = event.target.closest?.("[data-ranking] .ranking__item");
    if (item) choose(item.parentElement, item);
  });
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.words) count(event.target, true);
    if (event.target.closest?.("[data-question]")) decide(rootOf(event.target));
  });

  const enhance = () => {
    all("[data-words]").forEach((area) => count(area));
    all("[data-ranking]").forEach(ready);
    new Set(all("[data-question]").map(rootOf)).forEach(decide);
  };
  document.addEventListener("consult:enhance", enhance);
  enhance();
})();
