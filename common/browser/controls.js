// How the agent fills controls of one document: each is awaited, set as its kind is set, and read back.
(request, doc, sight, waits) => {
  const { normal, best, findControl, isChoice, isEditable, choices, optionName, groupOf } = sight;
  const { until, act, stop, stay, late, pause, ends } = waits;
  const win = doc.defaultView;

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
    el.dispatchEvent(new win.Event("input", { bubbles: true }));
    el.dispatchEvent(new win.Event("change", { bubbles: true }));
  };
  const focusAll = (el) => {
    el.focus();
    if (isEditable(el)) win.getSelection().selectAllChildren(el);
    else el.select?.();
    return doc.activeElement === el;
  };
  const insert = (el, text) => {
    // Without focus the text would land in another field.
    if (!focusAll(el)) return;
    if (text === "") doc.execCommand("delete");
    else doc.execCommand("insertText", false, text);
    el.blur();
  };
  const setNative = (el, value) => {
    el.focus();
    Object.getOwnPropertyDescriptor(win.HTMLInputElement.prototype, "value").set.call(el, value);
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
  const places = (field) => findControl(field.at, field.kind === "text");
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
    stay();
    if (el) return el;
    if (late()) stop({ state: "late" });
    const hits = places(field).length;
    return stop({
      state: "problem",
      what: hits > 1 ? "several" : hits ? "closed" : "missing",
      field: at,
      complete: doc.readyState === "complete",
    });
  };
  const unkept = () =>
    request.check.filter(({ field }) => {
      const el = one(field);
      return !el || !keeps(el, field);
    });
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
    // A page may format or re-render a moment after the event.
    let lost = [];
    await until(
      () => {
        lost = unkept();
        return lost.length ? undefined : true;
      },
      Math.min(ends, performance.now() + request.grace),
    );
    stay();
    if (lost.length) stop({ state: "unkept", fields: lost.map(({ at }) => at) });
  };
  // Open a field to a hand: what is typed next lands in it.
  const handed = async () => {
    const el = await control(request.hand.field, request.hand.at);
    if (request.hand.field.kind !== "file") act(() => focusAll(el));
    const lines = el.tagName === "TEXTAREA" || isEditable(el);
    return { state: "hand", element: el, lines, native: NATIVE.has(el.type) };
  };
  return { fill, unkept, handed };
};
