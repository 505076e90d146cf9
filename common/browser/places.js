// Where the agent works: the page itself, a frame in it, a window that was opened from it, or a frame in that. All of it
// is reached from the page that the driver shows, so that a call survives what goes on in frames and windows.
() => {
  const KEY = Symbol.for("roger");
  // A new load of a page has a new document and so a new id: an old page is never taken for its successor.
  const stateOf = (doc) => (doc[KEY] ??= { id: Math.random().toString(36).slice(2) + Date.now().toString(36) });
  const root = stateOf(document);
  root.presses ??= {};
  root.windows ??= [];
  // Only the call that came last may act: the one before it is not heard any more.
  const turn = (root.turn = {});
  const hasTurn = () => root.turn === turn;
  // A page of another origin cannot be read.
  const documentOf = (win) => {
    try {
      return (win && !win.closed && win.document) || undefined;
    } catch {
      return undefined;
    }
  };
  const framesOf = (doc) => [...doc.querySelectorAll("frame,iframe")];
  const frameIn = (doc, name) => {
    const frames = framesOf(doc);
    const own = frames.find((el) => el.name === name || el.id === name);
    if (own) return own.contentWindow ?? undefined;
    for (const el of frames) {
      const inner = el.contentDocument && frameIn(el.contentDocument, name);
      if (inner) return inner;
    }
    return undefined;
  };
  const opened = (name) => root.windows.findLast((each) => each.name === name && !each.win.closed)?.win;
  const windowAt = ({ window: name = "", frame = "" } = {}) => {
    const top = name ? opened(name) : window;
    if (!top || !frame) return top;
    const doc = documentOf(top);
    return doc && frameIn(doc, frame);
  };
  const documentAt = (place) => documentOf(windowAt(place));
  const within = (doc) => [
    doc,
    ...framesOf(doc).flatMap((el) => (el.contentDocument ? within(el.contentDocument) : [])),
  ];
  // Every document that can be read, in whichever frame or window.
  const all = () =>
    [window, ...root.windows.map((each) => each.win)].flatMap((win) => {
      const doc = documentOf(win);
      return doc ? within(doc) : [];
    });
  // A document that is being left goes on standing there until the answer has come, or for good where that is no page.
  const heed = (doc) => {
    const state = stateOf(doc);
    if (state.heeded || !doc.defaultView) return;
    state.heeded = true;
    const note = () => {
      state.left = true;
    };
    doc.defaultView.addEventListener("beforeunload", note, true);
  };
  for (const doc of all()) heed(doc);
  // The frames to go through from the top of a window, as WebDriver counts them.
  const path = (win) => {
    const numbers = [];
    for (let at = win; at.parent && at !== at.parent; at = at.parent)
      numbers.unshift([...Array(at.parent.length).keys()].find((index) => at.parent[index] === at));
    return numbers;
  };
  // What a window says in a dialog would stop this page as well, with nobody there to dismiss it.
  const hush = (win) => {
    if (!documentOf(win) || win[KEY]) return;
    win[KEY] = true;
    const dismissed = (answer) => () => {
      root.dialog = true;
      return answer;
    };
    win.alert = dismissed(undefined);
    win.confirm = dismissed(false);
    win.prompt = dismissed(null);
  };
  const remember = (name, win) => {
    const isNew = win && documentOf(win) && win === win.top && win !== window;
    if (!isNew || root.windows.some((each) => each.win === win && each.name === name)) return;
    root.windows = [...root.windows.filter((each) => !each.win.closed), { name, win }];
    root.opens = true;
    hush(win);
  };
  // Windows that a document opens are known from then on; answers with what undoes it.
  const listen = (doc) => {
    const win = doc.defaultView;
    const { open } = win;
    win.open = function (address, name = "", features = "") {
      // A window that knows nothing of its opener could not be worked in.
      const made = open.call(win, address, name, String(features).replace(/\bno(opener|referrer)\b[^,]*/gi, ""));
      remember(String(name), made);
      // One that stood open already goes on showing what it showed until the answer is there.
      const shown = documentOf(made);
      if (address && shown && shown !== document && shown.URL !== "about:blank") stateOf(shown).left = true;
      return made;
    };
    // In the attribute of an element, `open(…)` of an address is the document's.
    doc.open = (...given) => (given.length > 2 ? win.open(...given) : Document.prototype.open.apply(doc, given));
    return () => {
      delete doc.open;
      if (documentOf(win) === doc) win.open = open;
    };
  };
  // A place that a link or a form may name: a frame, or a window that is there.
  const isPlace = (name, win) =>
    /^_(self|parent|top)$/i.test(name) || !!opened(name) || window.name === name || !!frameIn(win.top.document, name);
  const hushAll = () => {
    for (const { win } of root.windows) for (const doc of documentOf(win) ? within(win.document) : []) hush(doc.defaultView);
  };
  return { root, hasTurn, stateOf, documentOf, windowAt, documentAt, all, heed, path, listen, isPlace, hushAll };
};
