// A response that is written together: who is here now, and the team's notes beside their question. Everything here is
// an extra: who is here stands in the page as it was loaded, and notes have a page of their own.
(() => {
  "use strict";

  const { find, all } = window.consult ?? {};
  if (!find) return;
  const PART = { "HX-Request": "true" };

  // ---- Who is here ---------------------------------------------------------------------------------------------

  const said = (place) => new URLSearchParams({ csrf: find("[name=csrf]", place).value, section: place.dataset.section, since: place.dataset.since });

  const show = (lines, html) => {
    // Only what is new is put in, so that a screen reader is told of changes alone.
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    if (fresh.textContent.trim() !== lines.textContent.trim()) lines.replaceChildren(...fresh.childNodes);
  };

  const beat = async (place) => {
    if (document.hidden || place.dataset.ended) return;
    const { section, since, here } = place.dataset;
    try {
      const answer = section
        ? await fetch(`${here}/here`, { method: "POST", headers: PART, body: said(place) })
        : await fetch(`${here}/here?${new URLSearchParams({ since })}`, { headers: PART });
      if (answer.ok && !answer.redirected) show(find("[data-here-lines]", place), await answer.text());
      else if (answer.status === 404) end(place);
    } catch { /* no connection: the next beat tries again */ }
  };

  // Whoever was removed from the team is told before they go on typing.
  const end = (place) => {
    place.dataset.ended = "yes";
    find("[data-here-lines]", place).textContent = place.dataset.gone;
  };

  for (const place of all("[data-here]")) {
    beat(place);
    setInterval(() => beat(place), place.dataset.every * 1000);
    document.addEventListener("visibilitychange", () => beat(place));
    addEventListener("pageshow", (event) => { if (event.persisted) beat(place); });
    addEventListener("pagehide", () => { if (place.dataset.section && !place.dataset.ended) navigator.sendBeacon(`${place.dataset.here}/left`, said(place)); });
  }

  // ---- Notes beside a question ---------------------------------------------------------------------------------

  const fill = (fold, html) => {
    const body = find("[data-notes-body]", fold);
    body.innerHTML = html;
    find("[data-notes-summary]", fold).textContent = find("[data-summary]", body).dataset.summary;
  };

  const load = async (fold) => {
    if (!fold.open || fold.dataset.loaded) return;
    try {
      const answer = await fetch(fold.dataset.notes, { headers: PART });
      if (!answer.ok || answer.redirected) return;
      fill(fold, await answer.text());
      fold.dataset.loaded = "yes";
    } catch { /* the link to the notes' own page stays */ }
  };

  document.addEventListener("toggle", (event) => { if (event.target.matches?.("[data-notes]")) load(event.target); }, true);

  const post = async (fold, button) => {
    const area = find("[data-note-text]", fold);
    const failed = find("[data-note-failed]", fold);
    if (!button.dataset.do && !area.value.trim()) return area.focus();
    const body = new URLSearchParams({ csrf: find("[name=csrf]").value, note: area.value, do: button.dataset.do ?? "" });
    const kept = button.dataset.do ? area.value : "";
    button.disabled = true;
    try {
      const answer = await fetch(button.dataset.notePost, { method: "POST", headers: PART, body });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      fill(fold, await answer.text());
      const fresh = find("[data-note-text]", fold);
      fresh.value = kept;
      fresh.focus();
      window.consult.announce(find("[data-notes-summary]", fold).textContent);
    } catch {
      button.disabled = false;
      failed.hidden = false;
      window.consult.announce(failed.textContent);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-note-post]");
    const fold = button?.closest("[data-notes]");
    if (fold) post(fold, button);
  });
})();
