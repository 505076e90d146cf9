// Pressing once, and arriving: which of the awaited screens has come, in whichever frame or window each of them is shown.
(request, places, here, see, waits, asking) => {
  const { root, stateOf, documentOf } = places;
  const { until, act, stop, stay, late, ends } = waits;
  const idOf = (doc) => stateOf(doc).id;
  const loaded = (doc) => doc.readyState === "complete";

  // --- where screens are shown ------------------------------------------------------------------------------------
  const spots = new Map();
  for (const place of [{}, request.place ?? {}, ...request.screens.map((screen) => screen.place ?? {})])
    spots.set(`${place.window ?? ""}/${place.frame ?? ""}`, place);
  // What may interrupt is met in any frame and window that takes part.
  const placesOf = (screen) => (screen.anywhere ? [...spots.values()] : [screen.place ?? {}]);
  const documentsOf = (screen) => [...new Set(placesOf(screen).map(places.documentAt))].filter(Boolean);
  const there = ({ ready }, doc) => ready.length > 0 && ready.every((at) => see(doc).find(at).length > 0);

  // --- pressing -----------------------------------------------------------------------------------------------------
  const within = (row) => {
    const { find, rowsOf } = see(here.doc);
    if (!row) return here.doc;
    const [el] = find(row.table);
    if (!el) return undefined;
    const { rows, wide } = rowsOf(el);
    const hit = rows[row.index];
    // The cells prove that the row is still the one that was read.
    if (!hit || JSON.stringify(wide(hit.cells)) !== JSON.stringify(row.cells)) return undefined;
    return hit.row;
  };
  const target = ({ what, row }) => {
    const among = within(row);
    const hits = among ? see(here.doc).find(what, among) : [];
    return see(here.doc).isOne(hits)
      ? hits[0]
      : hits.length
        ? stop({ state: "problem", what: "several" })
        : undefined;
  };
  // What happens after the click is noted, to tell a page that changed in place from one that has not answered yet.
  const watched = (pressed, doc) => {
    const win = doc.defaultView;
    const seen = (pressed.seen[idOf(doc)] = { changes: 0, last: performance.now(), leaving: false });
    const note = () => {
      seen.changes += 1;
      seen.last = performance.now();
    };
    const leaving = () => {
      seen.leaving = true;
    };
    const observer = new MutationObserver(note);
    observer.observe(doc, { subtree: true, childList: true, attributes: true, characterData: true });
    if (win !== window) win.addEventListener("beforeunload", leaving);
    const unasked = asking(doc, documentOf, pressed, note);
    return () => {
      observer.disconnect();
      unasked();
      if (documentOf(win) === doc) win.removeEventListener("beforeunload", leaving);
    };
  };
  const watch = (pressed) => {
    const seen = [...new Set([here.doc, ...request.screens.flatMap(documentsOf)])];
    const undo = [...seen.map((doc) => watched(pressed, doc)), ...places.all().map(places.listen)];
    pressed.unwatch = () => {
      for (const each of undo) each();
      pressed.unwatch = () => {};
    };
  };
  // What would open a window of its own is shown here instead, unless a screen is awaited in a window of that name.
  const direct = (el) => {
    const awaited = request.screens.map((screen) => screen.place?.window);
    const named = [
      [el.closest("a[target],area[target]"), "target"],
      [el, "formtarget"],
      [el.form, "target"],
    ];
    for (const [holder, attribute] of named) {
      const name = holder?.getAttribute(attribute);
      if (!name || places.isPlace(name, here.win)) continue;
      if (awaited.includes(name)) here.win.open("about:blank", name);
      else holder.removeAttribute(attribute);
    }
  };
  const click = (el) => {
    const { PointerEvent, MouseEvent } = here.win;
    direct(el);
    el.scrollIntoView({ block: "center" });
    for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup"]) {
      const Kind = name.startsWith("pointer") ? PointerEvent : MouseEvent;
      el.dispatchEvent(new Kind(name, { bubbles: true, cancelable: true, view: here.win, isPrimary: true }));
      if (name === "mousedown") el.focus({ preventScroll: true });
    }
    el.click();
  };
  const press = async (unkept) => {
    if (root.presses[request.step]) return;
    // A button that stays disabled after filling may only believe real keys: no use in waiting long before trying those.
    const patience = request.impatient ? Math.min(ends, performance.now() + request.grace) : ends;
    const closed = (el) => el.matches(":disabled") || el.ariaDisabled === "true";
    // What was filled in may have made the page ask for what belongs with it; one that never ends is not waited out.
    const { filled } = stateOf(here.doc);
    const asked = performance.now() + (ends - performance.now()) / 2;
    const ready = await until(() => {
      if (filled?.pending > 0 && performance.now() < asked) return undefined;
      const hit = target(request.press);
      return hit && (!closed(hit) || performance.now() >= patience) ? hit : undefined;
    });
    stay();
    const el = ready ?? target(request.press);
    if (late()) stop({ state: "late" });
    if (!el) stop({ state: "problem", what: "missing", complete: loaded(here.doc) });
    if (closed(el)) stop({ state: "disabled" });
    // Meanwhile an answer to what was filled in may have taken it away again.
    if (unkept?.().length) stop({ state: "undone" });
    const present = request.screens.map((screen) => documentsOf(screen).filter((doc) => there(screen, doc)).map(idOf));
    act(() => {
      const pressed = { present, seen: {}, pending: 0, asked: false, win: here.win, id: idOf(here.doc) };
      root.presses[request.step] = pressed;
      filled?.undo();
      watch(pressed);
      click(el);
    });
  };

  // --- arriving -----------------------------------------------------------------------------------------------------
  const snapshot = (index, doc) => {
    const { all, shown, reading, tableData, termsData, TABLES } = see(doc);
    const tables = all(TABLES).filter(shown).slice(0, 8);
    return {
      state: "arrived",
      screen: index,
      document: idOf(doc),
      reads: request.screens[index].reads.map((at) => reading(at, 50)),
      tables: tables.map((el) => tableData(el, 50)),
      terms: termsData(all("dl").filter(shown).slice(0, 20)),
    };
  };
  const status = (doc) => doc.defaultView?.performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0;
  const arrive = async () => {
    const pressed = root.presses[request.step];
    // A screen that stood here before the click has only come if the page changed since, and has come to rest; or if the
    // window closed over it, and it is not loaded anew.
    const settled = ({ changes, last }) => {
      const now = performance.now();
      if (pressed.win.closed) pressed.closed ??= now;
      if (pressed.pending > 0) return false;
      // A page that asks for nothing may yet be about to post: many a one closes its button first.
      const quiet = now - last > (pressed.asked ? 30 : 250);
      // What a window has done is shown below a moment after it has closed, or when the page below notices that it has.
      if (pressed.closed) return now - pressed.closed > 1200 || (last > pressed.closed && quiet);
      return changes > 0 && quiet;
    };
    // Until the frame or window that was pressed in has its own answer, nothing that changes elsewhere is its doing.
    const answering = () => {
      const doc = documentOf(pressed.win);
      if (!doc || doc === document) return false;
      return idOf(doc) === pressed.id ? pressed.seen[pressed.id].leaving : !loaded(doc);
    };
    // A frame that goes on to another page shows this one until the answer is there; one that is not a page leaves it.
    const answered = performance.now() + (ends - performance.now()) / 2;
    const left = (doc) => doc !== document && stateOf(doc).left && performance.now() < answered;
    const stale = (index, doc) => {
      const id = idOf(doc);
      if (left(doc)) return true;
      if (!pressed?.present[index]?.includes(id)) return false;
      const seen = pressed.seen[id];
      return request.departed === id || !seen || seen.leaving || answering() || !settled(seen);
    };
    const parsed = (doc) => doc.readyState !== "loading";
    const come = () => {
      for (const [index, screen] of request.screens.entries())
        for (const doc of documentsOf(screen).filter(parsed))
          if (there(screen, doc) && !stale(index, doc)) return snapshot(index, doc);
      return undefined;
    };
    const shownAt = () => [...new Set([...spots.values()].map(places.documentAt))].filter(Boolean);
    const dead = () =>
      document.URL.startsWith("chrome-error:") ||
      shownAt().some((doc) => loaded(doc) && !pressed?.seen[idOf(doc)] && status(doc) >= 500);
    const arrived = await until(() => {
      if (!parsed(document)) return undefined;
      return come() ?? (dead() ? { state: "down" } : undefined);
    });
    pressed?.unwatch();
    stay();
    if (arrived) return arrived;
    if (late()) stop({ state: "late" });
    const lacks = (screen, doc) => screen.ready.findIndex((at) => !see(doc).find(at).length);
    const lacking = request.screens.map((screen) => {
      const docs = documentsOf(screen);
      return docs.length ? Math.max(...docs.map((doc) => lacks(screen, doc))) : 0;
    });
    const foreign = [...spots.values()].some((spot) => places.windowAt(spot) && !places.documentAt(spot));
    // A frame that is being left has not been answered yet, nor a window that shows nothing, though they look complete.
    const blank = (doc) => doc !== document && doc.URL === "about:blank";
    const still = (doc) => loaded(doc) && !blank(doc) && !pressed?.seen[idOf(doc)]?.leaving;
    return { state: "nowhere", complete: shownAt().every(still) && !pressed?.pending, lacking, foreign };
  };
  return { press, arrive };
};
