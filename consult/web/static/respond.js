// A response while it is written: kept in this browser with each stroke, on the site a second later. What the site has not
// acknowledged stays here, whatever happens to the line, the session or the browser. Without scripts each page's button saves.
(() => {
  "use strict";

  const { find, all, element } = window.consult ?? {};
  if (!find) return;

  // ---- Copies in this browser, one for each question ------------------------------------------------------------

  const PREFIX = "consult:response:";
  const storeKey = (response, question) => `${PREFIX}${response}:${question}`;
  const stored = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const store = (key, value) => {
    try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full, or switched off */ }
  };

  // Saved by a plain post: the copies have done their work.
  for (const mark of all("[data-response-kept]")) {
    const { responseKept, keys } = mark.dataset;
    const gone = keys === "*" ? Object.keys(localStorage).filter((key) => key.startsWith(storeKey(responseKept, ""))) : keys.split(" ").map((key) => storeKey(responseKept, key));
    for (const key of gone) if (stored(key)?.posted || keys === "*") store(key, null);
  }

  const form = find("form[data-response]");
  if (!form) return;
  const words = form.dataset;
  const lang = document.documentElement.lang;
  const clock = (at, options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) => new Intl.DateTimeFormat(lang, options).format(at);
  const state = find("[data-state]", form);
  const say = (text, ...more) => {
    if (state.firstChild?.textContent === text) return; // said once a minute at most, not on each stroke
    state.replaceChildren(text, ...more);
  };

  // ---- Questions and their fields -------------------------------------------------------------------------------

  const questionOf = (node) => node.closest?.("[data-question]");
  const keyOf = (question) => question.dataset.question;
  const fieldsOf = (question) => all("input, textarea, select", question).filter((field) => field.name.startsWith("a_"));
  const isToggle = (field) => /^(checkbox|radio)$/.test(field.type);
  const read = (question) => fieldsOf(question).filter((field) => !isToggle(field) || field.checked).map((field) => [field.name, field.value]);
  const version = (key) => find(`[name="v_${CSS.escape(key)}"]`, form);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  const write = (question, pairs) => {
    for (const field of fieldsOf(question)) {
      const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
      if (isToggle(field)) field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
    question.dispatchEvent(new CustomEvent("input", { bubbles: true }));
  };

  /** FNV-1a over UTF-16 code units, as short_hash in consult/submissions/saving.py. */
  const hash = (text) => {
    let found = 0x811c9dc5;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      found = Math.imul(found ^ unit, 0x01000193) >>> 0;
    }
    return found.toString(16).padStart(8, "0");
  };

  const dirty = new Map(); // question's key → what was typed last
  const sent = new Map(); // question's key → the hash of the text that was sent last, whether or not it was acknowledged

  const keep = (question) => {
    const key = keyOf(question), fields = read(question);
    dirty.set(key, fields);
    store(storeKey(words.response, key), { at: Date.now(), version: +(version(key)?.value ?? 0), fields, last: sent.get(key) ?? "" });
  };

  // ---- Saving ---------------------------------------------------------------------------------------------------

  const PAUSE = 1000, LONGEST = 5000;
  let timer, waitingSince = 0, running = null, failures = 0;

  const later = (wait = PAUSE) => {
    clearTimeout(timer);
    waitingSince ||= Date.now();
    timer = setTimeout(save, Math.min(wait, Math.max(0, waitingSince + LONGEST - Date.now())));
  };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(save, Math.min(30000, 2000 * 2 ** Math.min(failures, 4)));
  };

  const bodyOf = (changed) => {
    const body = new URLSearchParams({ csrf: find("[name=csrf]", form).value, q: [...changed.keys()].join(" ") });
    for (const [key, fields] of changed) {
      fields.forEach(([name, value]) => body.append(name, value));
      body.append(`v_${key}`, version(key)?.value ?? "0");
      if (sent.has(key)) body.append(`h_${key}`, sent.get(key));
      if (fields.length === 1) sent.set(key, hash(fields[0][1].replace(/\r\n?/g, "\n").trim()));
    }
    return body;
  };

  const post = (body, leaving = false) => fetch(words.save, { method: "POST", body, keepalive: leaving, headers: { Accept: "application/json" } });

  /** The page's own token may be older than the session: take the one of a fresh copy of the page. */
  const renew = async () => {
    const page = await fetch(location.href, { headers: { Accept: "text/html" } });
    const token = page.ok && new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-response] [name=csrf]")?.value;
    if (token) for (const field of all("[name=csrf]")) field.value = token;
    return Boolean(token);
  };

  const save = () => {
    clearTimeout(timer);
    waitingSince = 0;
    if (running) return running.then(() => { if (dirty.size) later(); });
    if (!dirty.size) return Promise.resolve();
    running = saveNow().finally(() => { running = null; });
    return running;
  };

  const saveNow = async () => {
    const changed = new Map(dirty);
    try {
      let answer = await post(bodyOf(changed));
      if ((answer.status === 403 || answer.status === 401) && await renew()) answer = await post(bodyOf(changed));
      if (answer.status === 401 || answer.status === 403) return signedOut();
      if (!answer.ok) throw new Error(String(answer.status));
      failures = 0;
      settle(changed, (await answer.json()).answers);
    } catch {
      failures += 1;
      say(navigator.onLine ? words.hereOnly : words.noLine);
      again();
    }
  };

  const signedOut = () => {
    const way = element("a", { href: words.signInAddress, textContent: words.signIn });
    say(words.signedOut, " ", way);
  };

  const settle = (changed, answers) => {
    for (const [key, said] of Object.entries(answers)) {
      const question = find(`[data-question="${CSS.escape(key)}"]`, form);
      if (!question) continue;
      problem(question, said.problem ?? "");
      if (said.unread) { dirty.delete(key); continue; } // stays in this browser until it can be read
      if (said.aside) { // kept on the site, beside the one that is saved
        conflict(question, said);
        dirty.delete(key);
        store(storeKey(words.response, key), null);
        if (!same(read(question), changed.get(key))) keep(question);
        continue;
      }
      version(key).value = said.version;
      if (same(dirty.get(key), changed.get(key))) {
        dirty.delete(key);
        store(storeKey(words.response, key), null);
      } else keep(question);
    }
    say(words.savedAt.replace("{time}", clock(Date.now())));
    if (dirty.size) later();
  };

  /** What is wrong with an answer, once: not where the count of its words says it, or the page did when it came. */
  const problem = (question, text) => {
    let line = find("[data-problem]", question);
    const told = all("p.error", question).some((each) => each !== line && (each.id.endsWith("-count") || each.textContent.endsWith(text)));
    if (!text || told) return line?.remove();
    line ??= question.appendChild(element("p", { className: "error" }));
    line.dataset.problem = "";
    line.textContent = text;
  };

  // ---- Two texts for one answer ---------------------------------------------------------------------------------

  const choice = (id, which, text) => element("button", { type: "submit", className: "button button--quiet", name: "settle", value: `${id}:${which}`, textContent: text });

  const conflict = (question, said) => {
    const old = find(`[data-conflict="${said.aside}"]`, question);
    if (old && old.dataset.theirs === said.theirs) return;
    old?.remove();
    const lines = said.theirs ? said.theirs.split("\n").map((line) => element("p", { dir: "auto", textContent: line })) : [element("p", { className: "hint", textContent: words.empty })];
    const inWords = find("textarea, input[type=text]", question) && fieldsOf(question).length === 1;
    const box = element("div", { className: "notice notice--warning" },
      element("p", { textContent: words.conflict }),
      element("p", {}, element("strong", { textContent: words.theirText })),
      element("div", { className: "quote" }, ...lines),
      element("p", { className: "buttons" }, choice(said.aside, "mine", words.mine), " ", choice(said.aside, "theirs", words.theirs), ...(inWords ? [" ", choice(said.aside, "both", words.both)] : [])));
    box.dataset.conflict = said.aside;
    box.dataset.theirs = said.theirs;
    box.setAttribute("role", "alert");
    question.append(box);
  };

  // ---- Listening ------------------------------------------------------------------------------------------------

  const typed = (event) => {
    const question = questionOf(event.target);
    if (!question || !form.contains(question)) return;
    const fields = read(question);
    if (same(dirty.get(keyOf(question)), fields)) return;
    keep(question);
    later();
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  addEventListener("online", () => { failures = 0; save(); });
  addEventListener("offline", () => say(words.noLine));

  const flush = () => {
    if (!dirty.size) return;
    const body = bodyOf(dirty);
    if (body.toString().length < 60000) post(body, true).catch(() => {}); // the browser's limit for what outlives the page
  };
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => { save(); });

  // Pressing the button while a save is on its way: wait for it, or one would run into oneself.
  let going = false;
  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    clearTimeout(timer);
    if (running && !going) {
      event.preventDefault();
      going = true;
      const { submitter } = event;
      const go = () => { form.dataset.sending = ""; form.requestSubmit(submitter); };
      Promise.race([running, new Promise((done) => { setTimeout(done, 5000); })]).then(go);
      return;
    }
    for (const key of [...dirty.keys()]) {
      const kept = stored(storeKey(words.response, key));
      if (kept) store(storeKey(words.response, key), { ...kept, posted: true });
    }
    dirty.clear(); // the post carries all of it; what it does not reach stays as a copy
  }, true);

  // ---- Coming back: what had not reached the site is filled in again --------------------------------------------

  const restore = (question) => {
    const key = keyOf(question), kept = stored(storeKey(words.response, key));
    if (!kept) return;
    const saved = read(question);
    if (same(saved, kept.fields) || (!find(".error-summary") && kept.posted && kept.version < +(version(key)?.value ?? 0))) {
      store(storeKey(words.response, key), null);
      return;
    }
    if (kept.last) sent.set(key, kept.last);
    const field = version(key);
    if (field) field.value = kept.version; // typed over that one: the site says whether another was saved since
    const back = element("button", { type: "button", className: "link", textContent: words.takeSaved });
    const note = element("p", { className: "hint" }, words.restored.replace("{time}", clock(kept.at, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })), " ", back);
    const now = field?.value, before = field?.defaultValue;
    back.addEventListener("click", () => {
      if (field && field.value === now) field.value = before;
      write(question, saved);
      note.remove();
      fieldsOf(question)[0]?.focus();
    });
    question.prepend(note);
    write(question, kept.fields);
  };

  for (const question of all("[data-question]", form)) restore(question);
})();
