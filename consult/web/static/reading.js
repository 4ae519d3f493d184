// The draft beside its threads: marking words in a block, and the margin. Loaded after consult.js on pages with blocks.
(() => {
  "use strict";
  if (!window.consult) return;
  const { find, all, element, announce, focusOn, typed, words } = window.consult;

  // ---- A block's threads and form, loaded into its margin: its links lead to its own page ------------------------

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".margin :is(.margin__open, [data-add])");
    if (!link || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.htmx.ajax("GET", link.getAttribute("href"), { source: link, target: link.closest(".margin"), swap: "innerHTML" });
  });

  // ---- Marking words in a block --------------------------------------------------------------------------------

  const CONTEXT = 32; // characters before and after a quote, as in the W3C TextQuoteSelector
  const blockOf = (node) => (node?.nodeType === 1 ? node : node?.parentElement)?.closest("[data-text]") ?? null;
  // A table row's threads stand after the table, in a block that names its row.
  const textFor = (node) => {
    const block = node.closest("[data-block]");
    return block?.dataset.row ? document.getElementById(block.dataset.row) : find("[data-text]", block ?? document);
  };
  const blockFor = (text) => (text.id && find(`[data-row="${CSS.escape(text.id)}"]`)) || text.closest("[data-block]") || document;
  const tidy = (text) => text.replace(/[ \t\n\f\r]+/g, " ");

  const selectorOf = (range, text) => {
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const after = document.createRange();
    after.setStart(range.endContainer, range.endOffset);
    after.setEnd(text, text.childNodes.length);
    const quote = tidy(range.toString());
    const lead = quote.length - quote.trimStart().length;
    const trail = quote.length - quote.trimEnd().length;
    return {
      quote: quote.trim(),
      prefix: tidy(before.toString() + " ".repeat(lead)).trimStart().slice(-CONTEXT),
      suffix: tidy(" ".repeat(trail) + after.toString()).trimEnd().slice(0, CONTEXT),
    };
  };

  const setQuote = (form, { quote = "", prefix = "", suffix = "" }) => {
    if (!form.elements.quote) return;
    form.elements.quote.value = quote;
    form.elements.prefix.value = prefix;
    form.elements.suffix.value = suffix;
    showQuote(form);
  };

  const showQuote = (form) => {
    const shown = find("[data-quoted]", form);
    if (!shown) return;
    find("[data-words]", shown).textContent = form.elements.quote.value;
    shown.hidden = !form.elements.quote.value;
    highlightQuotes();
  };

  let pending = null; // marked words that wait for their block's form to be loaded
  const quoteForm = (block) => all("form", block).find((form) => form.elements.quote);

  const fillPending = () => {
    const form = pending && quoteForm(pending.block);
    if (!form) return;
    setQuote(form, pending.selector);
    typed(form);
    pending = null;
    focusOn(find("textarea", form));
  };

  const commentOn = (text, selector) => {
    const block = blockFor(text);
    pending = { block, selector };
    const details = find("details.margin__threads", block);
    if (details) details.open = true;
    if (quoteForm(block)) return fillPending();
    const link = find("[data-add]", block) ?? find(".margin__open", block);
    if (link && window.htmx) link.click();
    else if (block.dataset?.block) location.href = `${block.dataset.block}?${new URLSearchParams(selector)}`;
  };

  const marker = element("button", { type: "button", className: "button mark-words", hidden: true, textContent: words.mark });
  let marked = null;
  marker.addEventListener("pointerdown", (event) => event.preventDefault()); // or the selection is gone before the click
  marker.addEventListener("click", () => {
    if (marked) commentOn(marked.text, marked.selector);
    marker.hidden = true;
    getSelection().removeAllRanges();
  });

  const offer = () => {
    const selection = getSelection();
    const text = selection.rangeCount && !selection.isCollapsed ? blockOf(selection.anchorNode) : null;
    const usable = text && !text.hasAttribute("role") && text === blockOf(selection.focusNode) && find("[data-add], form, .margin__open", blockFor(text));
    const range = usable && selection.getRangeAt(0);
    const selector = range && selectorOf(range, text);
    marker.hidden = !selector?.quote;
    if (marker.hidden) return;
    marked = { text, selector };
    if (!marker.isConnected) document.body.append(marker);
    const box = range.getBoundingClientRect();
    marker.style.top = `${box.bottom + scrollY + 8}px`;
    marker.style.left = `${Math.max(8, Math.min(box.left + scrollX, innerWidth - marker.offsetWidth - 8))}px`;
  };
  let offering;
  document.addEventListener("selectionchange", () => { clearTimeout(offering); offering = setTimeout(offer, 200); });

  // By keyboard: the block becomes a row of words that the arrow keys walk along.
  const wordRanges = (text) => {
    const segmenter = new Intl.Segmenter(text.lang || document.documentElement.lang, { granularity: "word" });
    const ranges = [];
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const { segment, index, isWordLike } of segmenter.segment(walker.currentNode.data)) {
        if (isWordLike) ranges.push([walker.currentNode, index, index + segment.length]);
      }
    }
    return ranges;
  };

  const pickWords = (text, done) => {
    const ranges = wordRanges(text);
    let anchor = 0, head = 0;
    const current = () => {
      const [from, to] = anchor < head ? [anchor, head] : [head, anchor];
      const range = document.createRange();
      range.setStart(ranges[from][0], ranges[from][1]);
      range.setEnd(ranges[to][0], ranges[to][2]);
      return range;
    };
    const show = () => {
      const range = current();
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      announce(range.toString());
    };
    const leave = (selector) => {
      text.removeEventListener("keydown", onKey);
      text.removeEventListener("blur", onBlur);
      for (const name of ["tabindex", "role", "aria-label"]) text.removeAttribute(name);
      getSelection().removeAllRanges();
      done(selector);
    };
    const onBlur = () => leave(null);
    const onKey = (event) => {
      const forward = getComputedStyle(text).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -8, ArrowDown: 8, Home: -ranges.length, End: ranges.length };
      if (event.key === "Enter") { event.preventDefault(); return leave(selectorOf(current(), text)); }
      if (event.key === "Escape") { event.preventDefault(); return leave(null); }
      if (!(event.key in steps)) return;
      event.preventDefault();
      const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
      const step = sideways ? (event.key === forward ? 1 : -1) : steps[event.key];
      head = Math.max(0, Math.min(ranges.length - 1, head + step));
      if (!event.shiftKey) anchor = head;
      show();
    };
    if (!ranges.length) return done(null);
    text.tabIndex = 0;
    text.setAttribute("role", "application");
    text.setAttribute("aria-label", words.pick);
    text.addEventListener("keydown", onKey);
    text.addEventListener("blur", onBlur);
    text.focus();
    text.scrollIntoView({ block: "nearest" });
    setTimeout(show, 1500); // after the instructions, which come with the focus
    getSelection().removeAllRanges();
    getSelection().addRange(current());
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pick], [data-unquote]");
    const form = button?.form;
    if (!form) return;
    const text = textFor(form);
    if (button.matches("[data-unquote]")) { setQuote(form, {}); typed(form); return find("textarea", form).focus(); }
    pickWords(text, (selector) => {
      if (selector) { setQuote(form, selector); typed(form); }
      announce(selector ? words.picked.replace("{words}", selector.quote) : words.unpicked);
      focusOn(selector ? find("textarea", form) : button);
    });
  });

  // Quoted words are shown in the text while their thread is in sight. Ranges, not elements: the text stays as it is.
  const rangeOf = (text, quote) => {
    const nodes = [];
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let flat = "";
    while (walker.nextNode()) {
      for (let i = 0; i < walker.currentNode.data.length; i++) {
        const letter = /[ \t\n\f\r]/.test(walker.currentNode.data[i]) ? " " : walker.currentNode.data[i];
        if (letter === " " && flat.endsWith(" ")) continue;
        flat += letter;
        nodes.push([walker.currentNode, i]);
      }
    }
    const at = quote ? flat.indexOf(quote) : -1;
    if (at < 0) return null;
    const range = new Range();
    range.setStart(...nodes[at]);
    const [node, offset] = nodes[at + quote.length - 1];
    range.setEnd(node, offset + 1);
    return range;
  };

  const highlightQuotes = () => {
    if (!window.Highlight) return;
    const ranges = all("[data-quote] q, [data-words]:not(:empty)").filter((words) => words.closest("[data-block]") && words.checkVisibility()).map((words) =>
      rangeOf(textFor(words), tidy(words.textContent).trim()));
    CSS.highlights.set("quote", new Highlight(...ranges.filter(Boolean)));
  };

  // ---- The margin: threads beside their block, pushed down rather than over each other. Markers stay put -------------------------

  const column = find("[data-margin]");
  const wide = matchMedia("(min-width: 60rem)");

  // Signs stay beside their blocks. Opening words are pushed down a little by those above them, or left out where they would
  // end up beside another block. Open threads and forms lie over what is below and push each other.
  const FAR = 36; // pixels
  const measure = (margin, top) => {
    const block = margin.closest(".block");
    const row = block.dataset.row && document.getElementById(block.dataset.row);
    const place = (row || block).getBoundingClientRect().top - top;
    const panel = find(":scope > .margin__panel, :scope > [open] > .margin__panel", margin);
    const peek = find(":scope > .margin__peek", margin);
    return { margin, place, panel, peek, height: panel?.offsetHeight ?? 0, words: panel ? 0 : peek?.offsetHeight ?? 0 };
  };

  const push = (box, edge, before) => {
    const down = Math.max(0, edge - before);
    box.style.marginTop = down ? `${down}px` : "";
    return before + down;
  };

  const layMargin = () => {
    if (!column) return;
    const on = wide.matches && !matchMedia("print").matches;
    column.classList.toggle("laid", on);
    const margins = all(".margin", column);
    if (!on) {
      all(".margin, .margin__panel, .margin__peek", column).forEach((box) => { box.style.top = box.style.marginTop = ""; });
      column.style.minHeight = "";
      return;
    }
    // Read everything first, write afterwards: one layout for any number of blocks.
    const top = column.getBoundingClientRect().top;
    const boxes = margins.map((margin) => measure(margin, top)).sort((one, other) => one.place - other.place);
    let words = 0, open = 0;
    const ranges = [];
    for (const box of boxes) {
      const { margin, place, panel, peek, height } = box;
      margin.style.top = `${place}px`;
      box.left = !panel && peek && words - place > FAR;
      if (box.left) { box.words = 0; push(peek, 0, 0); }
      box.from = panel ? push(panel, open, place) : box.words ? push(peek, words, place) : place;
      box.to = box.from + (panel ? height : box.words);
      if (panel) { open = box.to + 16; ranges.push(box); } else if (box.words) words = box.to + 12;
    }
    // Under an open panel a sign stays and its words go, and so do the words of “Comment” beside somebody's opening words.
    const spoken = boxes.filter((box) => box.words);
    for (const box of boxes) {
      const meets = (other) => other !== box && other.from < box.to + 4 && box.from < other.to;
      box.margin.classList.toggle("covered", box.left || !box.panel && (ranges.some(meets) || (!box.words && spoken.some(meets))));
    }
    column.style.minHeight = `${Math.max(open, words)}px`;
  };

  let laying;
  let panels = null; // watches open threads and forms, which grow as one writes
  const relay = () => { cancelAnimationFrame(laying); laying = requestAnimationFrame(layMargin); };
  if (column) {
    panels = new ResizeObserver(relay);
    panels.observe(column);
    column.addEventListener("toggle", () => { relay(); highlightQuotes(); }, true);
    column.addEventListener("click", (event) => {
      const peek = event.target.closest("[data-peek]");
      if (!peek || !getSelection().isCollapsed) return;
      const details = peek.previousElementSibling;
      details.open = true;
      find("summary", details).focus({ preventScroll: true });
    });
    wide.addEventListener("change", relay);
    addEventListener("beforeprint", () => { column.classList.remove("laid"); });
    addEventListener("afterprint", relay);
  }

  // ---- A long text: its further portions come as one reads ---------------------------------------------------------------

  const readOn = async (link) => {
    if (link.dataset.loading) return;
    link.dataset.loading = "yes";
    const place = link.parentElement, last = place.previousElementSibling;
    let held = false;
    const note = (event) => { if (event.detail.ctx.sourceElement === link) held = document.activeElement === link; };
    document.addEventListener("htmx:before:swap", note);
    try {
      await window.htmx.ajax("GET", link.getAttribute("href").replace(/#.*/, ""), { source: link, target: place, swap: "outerHTML" });
    } finally {
      document.removeEventListener("htmx:before:swap", note);
      delete link.dataset.loading;
    }
    // Who was at the link goes on with what came in its place.
    if (held && !link.isConnected) focusOn(find("[data-text]", last.nextElementSibling?.nextElementSibling ?? column));
  };

  const nearing = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting || navigator.connection?.saveData || !window.htmx) continue;
      nearing.unobserve(target);
      readOn(find("a", target));
    }
  }, { rootMargin: "800px 0px" });

  // A block that is on another portion's page: an address that names only the block still leads to it.
  const arrive = () => {
    const key = location.hash.match(/^#b-(.+)/)?.[1];
    const query = new URLSearchParams(location.search);
    if (!key || document.getElementById(`b-${key}`) || query.get("from") === key || !find(".reading__on, .reading__back", column)) return;
    query.set("from", key);
    location.replace(`?${query}#b-${key}`);
  };

  // The address follows the reader, so that reloading and coming back lead to the same portion.
  let shown = location.pathname + location.search;
  const first = shown;
  const follow = () => {
    const passed = all("[data-portion]", column).filter((mark) => mark.getBoundingClientRect().top < innerHeight / 2).at(-1);
    const address = passed?.dataset.portion ?? first;
    if (address !== shown) history.replaceState(history.state, "", shown = address);
  };

  // The contents say under which heading one is, also of parts that came later: the nearest line above that is listed.
  const contents = find(".reading__outline");
  const lines = contents ? all(".outline a", contents) : [];
  const mark = () => {
    const passed = lines.filter((line) => document.getElementById(decodeURIComponent(line.hash.slice(1)))?.getBoundingClientRect().top < innerHeight / 3);
    const here = passed.at(-1) ?? lines.find((line) => line.hasAttribute("data-start"));
    for (const line of lines) line.toggleAttribute("aria-current", false);
    if (!here) return;
    here.setAttribute("aria-current", "location");
    if (!wide.matches || contents.matches(":hover, :focus-within")) return;
    const box = here.getBoundingClientRect(), frame = contents.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) contents.scrollTop += box.top - frame.top - frame.height / 3;
  };

  if (lines.length) {
    let marking;
    find("[aria-current]", contents)?.setAttribute("data-start", "");
    addEventListener("scroll", () => { clearTimeout(marking); marking = setTimeout(mark, 100); }, { passive: true });
    mark();
  }

  if (column && find(".reading__on, .reading__back", column)) {
    let following;
    addEventListener("scroll", () => { clearTimeout(following); following = setTimeout(follow, 200); }, { passive: true });
    addEventListener("hashchange", arrive);
    document.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const link = event.target.closest?.(".reading__outline a, .reading__text .block a, .reading__on a");
      if (!link) return;
      if (link.matches(".reading__on a") && window.htmx) { event.preventDefault(); readOn(link); return; }
      const here = link.pathname === location.pathname && link.hash && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (here) { event.preventDefault(); location.hash = link.hash; }
    });
    arrive();
  }

  // ---- Start, and again after each swap ------------------------------------------------------------------------

  const start = () => {
    for (const form of all("form").filter((form) => form.elements.quote)) {
      find("[data-pick]", form).hidden = !textFor(form);
      find("[data-unquote]", form).hidden = false;
      showQuote(form);
    }
    fillPending();
    highlightQuotes();
    if (column) all(".margin__panel, .margin__peek", column).forEach((box) => panels.observe(box));
    if (column) all(".reading__on", column).forEach((place) => nearing.observe(place));
    relay();
  };

  document.addEventListener("consult:enhance", start);
  start();
})();
