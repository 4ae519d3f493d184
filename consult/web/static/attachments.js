// Files are sent in pieces that go on after a lost line, a reload, or on another device. Without this script the same form
// sends them whole. Words come translated from the form's data attributes.
(() => {
  "use strict";

  const { find, all, element, announce, words } = window.consult ?? {};
  if (!find) return;
  const lang = document.documentElement.lang + (words.zero === "0" ? "-u-nu-latn" : "");
  const percents = new Intl.NumberFormat(lang, { style: "percent" });
  const SMALLEST = 32 * 1024;
  const MARKED = 64 * 1024;
  const TRIES = 400;

  const wait = (ms) => new Promise((done) => {
    const timer = setTimeout(finish, ms);
    addEventListener("online", finish, { once: true });
    function finish() { clearTimeout(timer); removeEventListener("online", finish); done(); }
  });

  /** A digest of the first bytes: with name and size it tells whether this is the file that was begun before. */
  const markOf = async (file) => {
    const start = await file.slice(0, MARKED).arrayBuffer();
    if (crypto.subtle) return [...new Uint8Array(await crypto.subtle.digest("SHA-256", start))].map((b) => b.toString(16).padStart(2, "0")).join("");
    let hash = 0x811c9dc5;
    for (const b of new Uint8Array(start)) hash = Math.imul(hash ^ b, 0x01000193) >>> 0;
    return hash.toString(16);
  };

  class Refused extends Error {}

  const say = (form, word, file, more = {}) => {
    let text = form.dataset[word].replace("{name}", file.name);
    for (const [name, value] of Object.entries(more)) text = text.replace(`{${name}}`, value);
    return text;
  };

  const line = (form, file) => {
    const said = element("span", {});
    const bar = element("progress", { max: file.size || 1, value: 0 });
    const label = element("label", {}, said, " ", bar);
    const row = element("p", { className: "progress" }, label);
    find("[data-sending-list]", form).append(row);
    let told = -1;
    return {
      show: (received) => {
        const percent = Math.floor((100 * received) / (file.size || 1));
        bar.value = received;
        said.textContent = say(form, "going", file, { percent: percents.format(percent / 100) });
        const quarter = Math.floor(percent / 25);
        if (quarter > told && percent < 100) { told = quarter; announce(said.textContent); }
      },
      tell: (text) => { said.textContent = text; announce(text); },
      end: () => row.classList.add("progress--ended"),
    };
  };

  /** An answer; thrown for what no further try would change. A lost line throws TypeError. */
  const ask = async (form, address, options = {}) => {
    const answer = await fetch(address, { ...options, headers: { Accept: "application/json", "x-csrf-token": form.elements.csrf.value, ...options.headers } });
    if (answer.status === 401 || answer.status === 403) throw new Refused(form.dataset.expired);
    if (answer.status >= 500) throw new TypeError("server");
    const json = (answer.headers.get("content-type") ?? "").includes("json");
    const body = json ? await answer.json() : {};
    if (!answer.ok && !(answer.status === 409 && "received" in body)) throw new Refused(body.problem || "");
    return body;
  };

  /** Again and again until there is an answer, more and more slowly. */
  const insist = async (form, file, row, address, options) => {
    for (let pause = 500, tries = 0; ; pause = Math.min(pause * 2, 15000), tries += 1) {
      try {
        return await ask(form, address, options);
      } catch (error) {
        if (error instanceof Refused || tries > TRIES) throw error;
        row.tell(say(form, "offline", file));
        await wait(pause);
      }
    }
  };

  const begin = async (form, file, row) => {
    const fields = new URLSearchParams({ csrf: form.elements.csrf.value, name: file.name, size: file.size, question: form.elements.question.value, mark: await markOf(file) });
    if (form.elements.private?.checked) fields.set("private", "yes");
    return insist(form, file, row, `${form.dataset.upload}/begin`, { method: "POST", body: fields });
  };

  const sendFile = async (form, file, row) => {
    let state = await begin(form, file, row);
    const address = `${form.dataset.upload}/${state.key}/pieces`;
    let length = SMALLEST * 2;
    while (state.state === "uploading" && state.received < file.size) {
      row.show(state.received);
      const last = state.received + length >= file.size;
      if (last) row.tell(say(form, "checking", file));
      const began = performance.now();
      try {
        const body = file.slice(state.received, state.received + length);
        state = await ask(form, `${address}?offset=${state.received}`, { method: "PATCH", body, headers: { "content-type": "application/octet-stream" } });
        const took = performance.now() - began;
        if (took < 1500) length = Math.min(length * 2, +form.dataset.piece);
        if (took > 6000) length = Math.max(SMALLEST, length / 2);
      } catch (error) {
        if (error instanceof Refused) throw error;
        length = Math.max(SMALLEST, length / 2);
        row.tell(say(form, "offline", file));
        await wait(1000);
        state = await insist(form, file, row, address, {}); // how much of it came through
      }
    }
    for (let looks = 0; state.state === "waiting" && looks < 5; looks += 1) {
      state = await insist(form, file, row, `${address}?offset=${file.size}`, { method: "PATCH", body: "" });
      if (state.state === "waiting") await wait(1500);
    }
    return state;
  };

  const free = (form) => {
    form.dataset.sending = "";
    all("button[type=submit]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  };

  const sendAll = async (form) => {
    const told = [];
    let failed = false;
    for (const file of [...form.elements.files.files]) {
      const row = line(form, file);
      try {
        const state = await sendFile(form, file, row);
        const word = { kept: "kept", refused: "refused" }[state.state] ?? "waiting";
        told.push([say(form, word, file), state.problem].filter(Boolean).join(" "));
        row.tell(told.at(-1));
      } catch (error) {
        failed = true;
        row.tell(error instanceof Refused && error.message ? error.message : say(form, "failed", file));
      }
      row.end();
    }
    free(form);
    if (failed || !window.htmx) return;
    await window.htmx.ajax("GET", form.dataset.shown, { target: "#files-list", swap: "outerHTML" });
    find("#files-list")?.focus();
    announce(told.join(" "));
  };

  let under_way = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-upload]") || event.defaultPrevented || !form.elements.files.files.length) return;
    event.preventDefault();
    if (under_way) return;
    under_way = true;
    form.dataset.sending = "yes";
    sendAll(form).finally(() => { under_way = false; });
  });
  addEventListener("beforeunload", (event) => { if (under_way) event.preventDefault(); });
})();
