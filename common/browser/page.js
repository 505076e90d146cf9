// The in-page agent: one call locates, sets, reads back, clicks once and awaits what comes. Every outcome is returned
// as data; nothing that was typed or read is ever part of an error. Times are milliseconds.
async (sight, request) => {
  const KEY = Symbol.for("roger");
  // A new load of a page has a new document and so a new id: an old page is never taken for its successor.
  const state = (document[KEY] ??= { id: Math.random().toString(36).slice(2) + Date.now().toString(36), presses: {} });
  const { normal, best, all, shown, find, isChoice, isEditable, choices, optionName, groupOf } = sight;
  const { GROUPS, TABLES, rowsOf, tableData, termsData, reading } = sight;
  const inTime = request.deadline - Date.now();
  const ends = performance.now() + Math.min(request.budget, inTime);
  const late = () => Date.now() >= request.deadline || (inTime <= request.budget && performance.now() >= ends);
  let gone = false;

  class Stop {
    constructor(result) {
      this.result = result;
    }
  }
  const stop = (result) => {
    throw new Stop(result);
  };

  // --- waiting, bounded by the budget and the deadline ----------------------------------------------------------
  const until = (check, limit = ends) =>
    new Promise((resolve, reject) => {
      let last = 0,
        timer = null,
        done = false;
      const events = ["readystatechange", "input", "change", "load", "transitionend", "animationend"];
      const finish = (settle, value) => {
        done = true;
        clearTimeout(timer);
        observer.disconnect();
        for (const name of events) document.removeEventListener(name, soon, true);
        settle(value);
      };
      const run = () => {
        if (done) return;
        clearTimeout(timer);
        last = performance.now();
        try {
          const value = gone ? null : check();
          if (value !== undefined) return finish(resolve, value);
          if (performance.now() >= limit) return finish(resolve, undefined);
        } catch (error) {
          return finish(reject, error);
        }
        timer = setTimeout(run, Math.min(25, Math.max(1, limit - performance.now())));
      };
      const soon = () => {
        if (done) return;
        if (performance.now() - last > 8) return run();
        clearTimeout(timer);
        timer = setTimeout(run, 8);
      };
      const observer = new MutationObserver(soon);
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      for (const name of events) document.addEventListener(name, soon, true);
      run();
    });
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  // Nothing is ever done after the deadline, nor on a page that is already being left.
  const act = (doing) => {
    if (gone) stop({ state: "left" });
    if (late()) stop({ state: "late" });
    return doing();
  };
  const loaded = () => document.readyState === "complete";

  // --- controls -------------------------------------------------------------------------------------------------
  const option = (options, name, wanted) => {
    const hits = best(
      [...options].flatMap((o) => [
        [o, name(o)],
        [o, o.value],
      ]),
      normal(wanted),
      () => true,
    );
    return hits[0];
  };
  const isText = (el) =>
    isEditable(el) || el.tagName === "TEXTAREA" || (el.tagName === "INPUT" && !isChoice(el) && el.type !== "file");
  const NATIVE = new Set(["date", "time", "month", "week", "datetime-local", "number", "color", "range"]);
  // A calendar that is its field's only way in, as far as such are known (flatpickr): it is told the date, nobody can type it.
  const calendar = (el, field) => (el.readOnly && field.iso ? el._flatpickr : undefined);
  const wanted = (el, field) => (NATIVE.has(el.type) ? (field.iso ?? field.text) : field.text);
  const checked = (el) => (el.type ? el.checked : el.getAttribute("aria-checked") === "true");
  const sameText = (have, want) => {
    const [a, b] = [normal(have), normal(want)];
    if (a === b) return true;
    // A mask may group digits; only digits and their separators may differ from what was typed.
    if (/^\d+$/.test(b)) return a.replace(/[\s.\-/]/g, "") === b;
    return /^[\d\s.,:/-]+$/.test(b) && a.replace(/\s/g, "") === b.replace(/\s/g, "");
  };
  const keeps = (el, field) => {
    const group = groupOf(el);
    if (field.kind === "check") return checked(el) === field.on;
    if (field.kind === "file") return el.files?.length === 1 && el.files[0].name === field.file;
    if (field.kind === "many") {
      const on = group ? group.filter((o) => o.checked) : [...(el.selectedOptions ?? [])];
      const want = field.values.map((v) => option(group ?? el.options ?? [], group ? optionName : (o) => o.text, v));
      return on.length === want.length && want.every((o) => on.includes(o));
    }
    if (group) return option(group, optionName, field.text)?.checked === true;
    if (el.tagName === "SELECT")
      return el.selectedIndex >= 0 && option(el.options, (o) => o.text, field.text) === el.options[el.selectedIndex];
    return sameText(isEditable(el) ? el.innerText : el.value, wanted(el, field));
  };
  const tell = (el) => {
    el.dispatchEvent(new Event("input", { bubbles: true }));
    el.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const focusAll = (el) => {
    el.focus();
    if (isEditable(el)) getSelection().selectAllChildren(el);
    else el.select?.();
    return document.activeElement === el;
  };
  const insert = (el, text) => {
    // Without focus the text would land in another field.
    if (!focusAll(el)) return;
    if (text === "") document.execCommand("delete");
    else document.execCommand("insertText", false, text);
    el.blur();
  };
  const setNative = (el, value) => {
    el.focus();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(el, value);
    tell(el);
    el.blur();
  };
  const choose = (el, field, at) => {
    const group = groupOf(el);
    const options = group ?? [...(el.options ?? [])];
    const name = group ? optionName : (o) => o.text;
    const names = field.kind === "many" ? field.values : [field.text];
    return until(() => {
      const hits = names.map((value) =>
        option(options.length && group ? choices(el) : (el.options ?? []), name, value),
      );
      return hits.every((o) => o && !o.matches(":disabled")) ? hits : undefined;
    }).then((hits) => hits ?? stop({ state: "problem", what: "option", field: at }));
  };
  const set = async (el, field, at) => {
    if (field.kind === "check") return act(() => el.click());
    if (groupOf(el)) {
      const on = await choose(el, field, at);
      for (const o of groupOf(el))
        if (o.checked !== on.includes(o) && (o.type === "checkbox" || on.includes(o))) act(() => o.click());
    } else if (el.tagName === "SELECT") {
      const on = await choose(el, field, at);
      act(() => {
        el.focus();
        if (el.multiple) for (const o of el.options) o.selected = on.includes(o);
        else el.selectedIndex = on[0].index;
        tell(el);
        el.blur();
      });
    } else if (calendar(el, field)) {
      const time = field.iso.includes("T") ? field.iso : `${field.iso}T00:00`;
      act(() => calendar(el, field).setDate(new Date(time), true));
    } else if (!isText(el)) stop({ state: "problem", what: "kind", field: at });
    else if (NATIVE.has(el.type)) act(() => setNative(el, wanted(el, field)));
    else act(() => insert(el, field.text));
  };
  // A choice may be called like a field ("Telefon" of the ways to be reached): what is typed belongs in the field.
  const places = (field) => {
    const hits = find(field.at);
    const typed = hits.filter((el) => !isChoice(el));
    return field.kind === "text" && typed.length ? typed : hits;
  };
  const one = (field) => {
    const hits = places(field);
    return hits.length === 1 ? hits[0] : undefined;
  };
  // Awaited, because a field may appear, or open, only after an earlier answer.
  const control = async (field, at) => {
    const open = () => {
      const el = one(field);
      const typeable = el && (!el.readOnly || calendar(el, field));
      return typeable && !el.matches(":disabled") && el.ariaDisabled !== "true" ? el : undefined;
    };
    const el = await until(open);
    if (gone) stop({ state: "left" });
    if (el) return el;
    if (late()) stop({ state: "late" });
    const hits = places(field).length;
    return stop({
      state: "problem",
      what: hits > 1 ? "several" : hits ? "closed" : "missing",
      field: at,
      complete: loaded(),
    });
  };
  const fill = async () => {
    for (const { field, at } of request.set) {
      const el = await control(field, at);
      if (keeps(el, field)) continue;
      if (el.maxLength >= 0 && isText(el) && wanted(el, field).length > el.maxLength)
        stop({ state: "problem", what: "long", field: at });
      await set(el, field, at);
    }
    if (!request.check.length) return;
    await pause(0);
    const unkept = () =>
      request.check.filter(({ field }) => {
        const el = one(field);
        return !el || !keeps(el, field);
      });
    // A page may format or re-render a moment after the event.
    let lost = [];
    await until(
      () => {
        lost = unkept();
        return lost.length ? undefined : true;
      },
      Math.min(ends, performance.now() + request.grace),
    );
    if (gone) stop({ state: "left" });
    if (lost.length) stop({ state: "unkept", fields: lost.map(({ at }) => at) });
  };

  // --- pressing once, and arriving ----------------------------------------------------------------------------------
  const snapshot = (index) => ({
    state: "arrived",
    screen: index,
    document: state.id,
    reads: request.screens[index].reads.map((at) => reading(at, 50)),
    tables: all(TABLES)
      .filter(shown)
      .slice(0, 8)
      .map((el) => tableData(el, 50)),
    terms: termsData(all("dl").filter(shown).slice(0, 20)),
  });
  const there = ({ ready }) => ready.length > 0 && ready.every((at) => find(at).length > 0);
  const within = (row) => {
    if (!row) return document;
    const [el] = find(row.table);
    if (!el) return undefined;
    const { rows, wide } = rowsOf(el);
    const hit = rows[row.index];
    // The cells prove that the row is still the one that was read.
    if (!hit || JSON.stringify(wide(hit.cells)) !== JSON.stringify(row.cells)) return undefined;
    return hit.row;
  };
  const target = ({ what, row }) => {
    const root = within(row);
    const hits = root ? find(what, root) : [];
    const sameForm = hits.length > 1 && hits[0].form && hits.every((el) => el.form === hits[0].form);
    return hits.length === 1 || sameForm
      ? hits[0]
      : hits.length
        ? stop({ state: "problem", what: "several" })
        : undefined;
  };
  // What happens after the click is noted, to tell a page that changed in place from one that has not answered yet.
  const watch = (press) => {
    const note = () => {
      press.changes += 1;
      press.last = performance.now();
    };
    const observer = new MutationObserver(note);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const { fetch: fetching } = window;
    const { send } = XMLHttpRequest.prototype;
    const ended = () => {
      press.pending -= 1;
      note();
    };
    // The answer counts as there when its body is: a page shows nothing of it before.
    const body = (answer) =>
      answer.headers.get("content-type")?.includes("event-stream") ? null : answer.clone().arrayBuffer();
    window.fetch = function (...given) {
      press.asked = true;
      press.pending += 1;
      const answer = fetching.apply(this, given);
      answer.then(body).then(ended, ended);
      return answer;
    };
    XMLHttpRequest.prototype.send = function (...given) {
      press.asked = true;
      press.pending += 1;
      this.addEventListener("loadend", ended, { once: true });
      return send.apply(this, given);
    };
    press.unwatch = () => {
      observer.disconnect();
      window.fetch = fetching;
      XMLHttpRequest.prototype.send = send;
      press.unwatch = () => {};
    };
  };
  const click = (el) => {
    el.closest("a[target]")?.removeAttribute("target");
    el.form?.removeAttribute("target");
    el.scrollIntoView({ block: "center" });
    for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup"]) {
      const Kind = name.startsWith("pointer") ? PointerEvent : MouseEvent;
      el.dispatchEvent(new Kind(name, { bubbles: true, cancelable: true, view: window, isPrimary: true }));
      if (name === "mousedown") el.focus({ preventScroll: true });
    }
    el.click();
  };
  const press = async () => {
    if (state.presses[request.step]) return;
    // A button that stays disabled after filling may only believe real keys: no use in waiting long before trying those.
    const patience = request.impatient ? Math.min(ends, performance.now() + request.grace) : ends;
    const closed = (el) => el.matches(":disabled") || el.ariaDisabled === "true";
    const ready = await until(() => {
      const hit = target(request.press);
      return hit && (!closed(hit) || performance.now() >= patience) ? hit : undefined;
    });
    const el = ready ?? target(request.press);
    if (gone) stop({ state: "left" });
    if (late()) stop({ state: "late" });
    if (!el) stop({ state: "problem", what: "missing", complete: loaded() });
    if (closed(el)) stop({ state: "disabled" });
    const present = request.screens.flatMap((screen, index) => (there(screen) ? [index] : []));
    act(() => {
      const pressed = (state.presses[request.step] = { present, changes: 0, pending: 0, asked: false, last: performance.now() });
      watch(pressed);
      click(el);
    });
  };
  const status = () => performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0;
  const arrive = async () => {
    const pressed = state.presses[request.step];
    // A screen that stood here before the click has only come if the page changed since, and has come to rest.
    const settled = () => pressed.changes > 0 && pressed.pending === 0 && performance.now() - pressed.last > (pressed.asked ? 30 : 80);
    const stale = (index) => pressed?.present.includes(index) && (request.departed === state.id || !settled());
    const dead = () => document.URL.startsWith("chrome-error:") || (loaded() && status() >= 500);
    const arrived = await until(() => {
      if (document.readyState === "loading") return undefined;
      const index = request.screens.findIndex((screen, at) => there(screen) && !stale(at));
      if (index >= 0) return snapshot(index);
      return dead() ? { state: "down" } : undefined;
    });
    pressed?.unwatch();
    if (gone) stop({ state: "left" });
    if (arrived) return arrived;
    if (late()) stop({ state: "late" });
    const lacking = request.screens.map(({ ready }) => ready.findIndex((at) => !find(at).length));
    return { state: "nowhere", complete: loaded() && !pressed?.pending, lacking };
  };

  // --- what was asked for -----------------------------------------------------------------------------------------
  const main = async () => {
    if (request.document && request.document !== state.id) return { state: "moved" };
    if (request.awaiting && request.awaiting === state.id && !state.presses[request.step])
      return { state: "unpressed" };
    if (request.reads) {
      if (request.wait) await until(() => (request.reads.every((at) => find(at).length) ? true : undefined));
      return { state: "read", reads: request.reads.map((at) => reading(at)) };
    }
    await fill();
    if (request.hand) {
      const el = await control(request.hand.field, request.hand.at);
      if (request.hand.field.kind !== "file") act(() => focusAll(el));
      return {
        state: "hand",
        element: el,
        lines: el.tagName === "TEXTAREA" || isEditable(el),
        native: NATIVE.has(el.type),
      };
    }
    if (request.press) await press();
    return request.screens.length ? await arrive() : { state: "filled" };
  };
  let leave;
  const departure = new Promise((resolve) => {
    leave = () => {
      gone = true;
      resolve({ state: "left", document: state.id, pressed: !!state.presses[request.step] });
    };
  });
  addEventListener("beforeunload", leave);
  try {
    return await Promise.race([main(), departure]);
  } catch (error) {
    if (!(error instanceof Stop)) return { state: "fault", name: error?.name ?? "Error" };
    if (error.result.state === "left") return departure;
    return error.result;
  } finally {
    removeEventListener("beforeunload", leave);
  }
};
