// What Consult's pages do beyond plain links and forms. Everything here is an extra: without it each page still works.
// Words come translated from the data attributes of #announce (templates/layouts/notices.html).
(() => {
  "use strict";

  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const live = find("#announce");
  if (!live) return;
  const words = live.dataset;
  const lang = document.documentElement.lang.replace(/^en$/, "en-GB") + (words.zero === "0" ? "-u-nu-latn" : "");
  const number = (n) => new Intl.NumberFormat(lang).format(n);
  const moment = (date, options = { dateStyle: "long", timeStyle: "short" }) => new Intl.DateTimeFormat(lang, options).format(date);

  const announce = (text) => {
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50); // a change that follows a clearing is read even when the words are the same
  };

  const element = (tag, props, ...children) => {
    const made = Object.assign(document.createElement(tag), props);
    made.append(...children);
    return made;
  };

  const tell = (form, text, level = "error") => {
    if (!form?.isConnected) return announce(text);
    find(".notice[data-told]", form)?.remove();
    const box = element("div", { className: `notice notice--${level}`, tabIndex: -1 }, element("p", { textContent: text }));
    box.dataset.told = "";
    form.prepend(box);
    box.scrollIntoView({ block: "nearest" });
    announce(text);
  };

  // ---- Local time, where the reader's zone differs -------------------------------------------------------------

  const showLocalTime = () => {
    for (const time of all("time[data-local]")) {
      const date = new Date(time.dateTime);
      const [, sign, hours, minutes] = time.dateTime.match(/([+-])(\d\d):?(\d\d)$/) ?? [, "+", 0, 0];
      const offset = (sign === "-" ? -1 : 1) * (hours * 60 + +minutes);
      if (!isNaN(date) && offset !== -date.getTimezoneOffset()) {
        const zoned = moment(date, { year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
        time.parentElement.after(element("p", { className: "deadline__more", textContent: time.dataset.local.replace("{time}", zoned) }));
      }
      delete time.dataset.local;
    }
  };

  /** A new account begins with the zone of its browser: "in your time" in mails is then true without being set. */
  const tellZone = () => {
    for (const field of all("input[data-zone]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  };

  // ---- Counters ------------------------------------------------------------------------------------------------

  const count = (area) => {
    const left = area.dataset.limit - [...area.value].length;
    const line = document.getElementById(area.id + "-count");
    if (!line) return;
    line.textContent = (left < 0 ? words.over : words.left).replace("{n}", number(Math.abs(left)));
    line.classList.toggle("error", left < 0);
  };

  // ---- Keeping what is typed -----------------------------------------------------------------------------------

  const MONTH = 30 * 24 * 3600e3;
  const storeKey = (form) => `consult:${form.dataset.keep}`;
  const keepable = (field) => field.name && (field.type !== "hidden" || /^(quote|prefix|suffix)$/.test(field.name)) && !/^(password|file|submit|button)$/.test(field.type);
  const isToggle = (field) => /^(checkbox|radio)$/.test(field.type);

  const stored = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const store = (key, value) => {
    try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { return false; }
    return true;
  };

  const keep = (form) => {
    const fields = [...form.elements].filter(keepable).map((field) => [field.name, isToggle(field) ? field.checked && field.value : field.value]);
    const typed = all("textarea, input.input", form).some((field) => field.value.trim() && field.value !== field.defaultValue);
    return typed ? store(storeKey(form), { at: Date.now(), fields }) : true;
  };

  const restore = (form) => {
    const saved = stored(storeKey(form));
    if (!saved || form.dataset.restored) return;
    form.dataset.restored = "yes";
    if (Date.now() - saved.at > MONTH) return store(storeKey(form), null);
    // What the server sends back after an error is newer than what lies here.
    if (all("textarea", form).some((area) => area.value.trim())) return;
    for (const [name, value] of saved.fields) {
      for (const field of form.elements) {
        if (field.name !== name || !keepable(field)) continue;
        if (isToggle(field)) { if (field.value === value) field.checked = true; } else if (!field.value) field.value = value;
      }
    }
    const discard = element("button", { type: "button", className: "link", textContent: words.discard });
    const note = element("p", { className: "hint" }, words.restored.replace("{time}", moment(saved.at)), " ", discard);
    discard.addEventListener("click", () => { store(storeKey(form), null); clear(form); note.remove(); find("textarea", form)?.focus(); });
    find(".compose__quote, .field", form).before(note);
  };

  const clear = (form) => {
    form.reset();
    [...form.elements].filter((field) => field.type === "hidden" && keepable(field)).forEach((field) => { field.value = ""; });
    enhance();
  };

  const say = (form, text) => {
    const line = find("[data-saved]", form);
    if (line) line.textContent = text;
  };

  const send = async (form, last = false) => {
    say(form, words.saving);
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: last, headers: { Accept: "application/json" } });
      say(form, answer.ok ? words.saved : words.savedHere);
    } catch {
      say(form, words.unsaved);
    }
  };

  const timers = new WeakMap();
  const later = (form, wait, work) => {
    clearTimeout(timers.get(form)?.id);
    timers.set(form, { work, id: setTimeout(() => { timers.delete(form); work(); }, wait) });
  };

  const typed = (form) => {
    const here = keep(form);
    if (form.dataset.autosave) later(form, 1000, (last) => send(form, last));
    else later(form, 600, () => here && say(form, words.savedHere));
  };

  const dropKept = () => all("[data-kept]").forEach((mark) => store(`consult:${mark.dataset.kept}`, null));

  const markSent = (key) => {
    try { key ? sessionStorage.setItem("consult:sent", key) : sessionStorage.removeItem("consult:sent"); } catch { /* see settleSent */ }
  };

  // A plain post leaves the page: that it worked shows on the next one, by a success notice or a data-kept mark.
  const settleSent = () => {
    try {
      const sent = sessionStorage.getItem("consult:sent");
      sessionStorage.removeItem("consult:sent");
      if (sent && find(".notice--success")) store(sent, null);
    } catch { /* storage is switched off: nothing was kept either */ }
  };

  // ---- Sending: once, and only with a connection ---------------------------------------------------------------

  const busy = (form, on) => {
    form.dataset.sending = on ? "yes" : "";
    all("button[type=submit]", form).forEach((button) => on ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled"));
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const stop = () => { event.preventDefault(); event.stopImmediatePropagation(); };
    if (form.dataset.sending) return stop();
    if (form.dataset.keep) keep(form);
    if (!navigator.onLine) { stop(); return tell(form, words.offline); }
    clearTimeout(timers.get(form)?.id);
    timers.delete(form);
    busy(form, true);
    setTimeout(() => busy(form, false), 30000);
    if (form.dataset.keep) markSent(storeKey(form));
  }, true);

  addEventListener("pageshow", () => all("form[data-sending]").forEach((form) => busy(form, false)));
  addEventListener("pagehide", () => all("form[data-autosave]").forEach((form) => {
    const waiting = timers.get(form);
    if (waiting) { clearTimeout(waiting.id); timers.delete(form); waiting.work(true); }
  }));

  document.addEventListener("input", (event) => {
    if (event.target.dataset?.limit) count(event.target);
    const form = event.target.form;
    if (form?.dataset.keep) typed(form);
  });

  // ---- htmx: errors are said, focus is never lost --------------------------------------------------------------

  let articles = new Set();
  const source = (event) => event.detail?.ctx?.sourceElement;
  const formOf = (event) => source(event)?.form ?? source(event)?.closest?.("form") ?? null;

  // Replying and supporting stand at every comment as a plain link and button: what htmx does with them is said here once.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.reply");
    const slot = link?.closest("article").nextElementSibling;
    if (!slot?.matches(".reply-slot") || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.htmx.ajax("GET", link.getAttribute("href"), { source: link, target: slot, swap: "innerHTML" });
  });
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !form.matches("[data-support]") || !submitter || !window.htmx) return;
    event.preventDefault();
    form.action = submitter.formAction; // for the plain way, should we have been signed out meanwhile
    window.htmx.ajax("POST", submitter.getAttribute("formaction"), { source: submitter, event, target: submitter.closest("article"), swap: "outerHTML" });
  });

  const before = new Map(); // what stood where a form was loaded, by the id of that place

  document.addEventListener("htmx:before:request", (event) => {
    articles = new Set(all("article[id]").map((article) => article.id));
    const { target, request } = event.detail.ctx;
    if (request?.method === "GET" && target?.matches?.(".margin, .reply-slot") && !find("form.compose", target)) before.set(target.id, target.innerHTML.replaceAll("htmx-request", ""));
  });

  // Cancelling a form that was loaded into the page closes it there; what was typed stays kept for the next time.
  document.addEventListener("click", (event) => {
    const place = event.target.closest?.("[data-cancel]")?.closest(".margin, .reply-slot");
    if (!place || !before.has(place.id)) return;
    event.preventDefault();
    place.innerHTML = before.get(place.id);
    window.htmx.process(place);
    enhance();
    focusOn(find("summary, a", place) ?? find(`[hx-target="#${CSS.escape(place.id)}"]`) ?? find("a.reply", place.previousElementSibling));
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const { text, response, request } = event.detail.ctx;
    if (!response) return;
    const page = /^\s*<!doctype/i.test(text) && new DOMParser().parseFromString(text, "text/html");
    if (response.status === 401 && formOf(event)?.hasAttribute("action")) { // signed out meanwhile: the plain way carries the text along
      event.preventDefault();
      formOf(event).submit();
    } else if (response.status >= 400 && response.status !== 422) { // say what is wrong, leave what was typed as it is
      event.preventDefault();
      const answer = page || new DOMParser().parseFromString(text, "text/html");
      tell(formOf(event), (find("h1, [data-error]", answer)?.textContent ?? words.failed).trim());
    } else if (page && response.raw.redirected) { // sent elsewhere, such as to sign in: go there as a page
      event.preventDefault();
      location.assign(response.raw.url);
    } else if (response.status < 400 && request.method === "POST") {
      const form = source(event)?.closest?.("form[data-keep]");
      if (form) { store(storeKey(form), null); markSent(null); form.dataset.keep = ""; }
    }
  });

  document.addEventListener("htmx:error", (event) => tell(formOf(event), navigator.onLine ? words.failed : words.offline));
  document.addEventListener("htmx:finally:request", (event) => { const form = formOf(event); if (form) busy(form, false); });

  const focusOn = (target) => {
    if (!target) return;
    if (target.tabIndex < 0 && !target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus();
  };

  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    const target = ctx.target?.isConnected ? ctx.target : source(event);
    enhance();
    const told = find("[data-announce]");
    const wanted = find("[data-focus]");
    const fresh = all("article[id]").filter((article) => !articles.has(article.id));
    if (wanted) { wanted.removeAttribute("data-focus"); focusOn(wanted); }
    else if (ctx.request.method === "POST" && fresh.length) { focusOn(fresh.at(-1)); if (!told) announce(words.posted); }
    else if (ctx.request.method === "GET" && target && find(".compose textarea", target)) focusOn(find(".compose textarea", target));
    else if (document.activeElement === document.body) focusOn(target);
    if (told) { announce(told.dataset.announce); told.removeAttribute("data-announce"); }
  });

  // ---- Menus and folds -----------------------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (menu) { menu.open = false; find("summary", menu).focus(); }
  });
  document.addEventListener("click", (event) => all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));

  if (matchMedia("(min-width: 80rem)").matches) all("[data-wide-open]").forEach((fold) => { fold.open = true; });
  if (!matchMedia("(min-width: 60rem)").matches && !find(".facets .chosen")) all("details.facet").forEach((facet) => { facet.open = false; });

  // ---- Start, and again after each swap ------------------------------------------------------------------------

  const enhance = () => {
    dropKept();
    all("form[data-keep]").filter((form) => form.dataset.keep).forEach(restore);
    all("textarea[data-limit]").forEach(count);
    showLocalTime();
    tellZone();
    document.dispatchEvent(new Event("consult:enhance"));
  };

  window.consult = { find, all, element, announce, focusOn, typed, words };
  settleSent();
  enhance();
  find(".error-summary[data-focus]")?.focus();
  find("[data-focus]")?.removeAttribute("data-focus");
})();
