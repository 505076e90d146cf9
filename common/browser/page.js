// The in-page agent: one call locates, sets, reads back, clicks once and awaits what comes. Every outcome is returned
// as data; nothing that was typed or read is ever part of an error. Times are milliseconds.
async (parts, request) => {
  const places = parts.places();
  const { root, stateOf } = places;
  const sights = new Map();
  const see = (doc) => sights.get(doc) ?? sights.set(doc, parts.sight(doc)).get(doc);
  const documents = () => [
    ...new Set([{}, request.place, ...request.screens.map(({ place }) => place)].map(places.documentAt)),
  ].filter(Boolean);
  // A page may have begun to go before it was looked at: then only its successor tells that it is gone.
  const working = request.reads || request.set.length || request.check.length || request.hand || request.press;
  const gone = () => {
    if (working && doc && places.documentAt(request.place) !== doc) leavingPlace();
  };
  const waits = parts.waiting(request, places, documents, gone);
  const win = places.windowAt(request.place);
  const doc = places.documentOf(win);
  const here = { win, doc };
  const id = doc && stateOf(doc).id;

  // --- what was asked for -----------------------------------------------------------------------------------------
  const read = async () => {
    const { find, reading } = see(doc);
    if (request.wait) await waits.until(() => (request.reads.every((at) => find(at).length) ? true : undefined));
    return { state: "read", reads: request.reads.map((at) => reading(at)) };
  };
  // How many elements an act would have to choose from; what is still to come is waited for.
  const count = async () => {
    const counts = () => {
      const shown = places.documentAt(request.place);
      return request.count.map((sought) => (shown ? see(shown).findForAct(sought).length : 0));
    };
    await waits.until(() => (counts().every((number) => number === 1) ? true : undefined));
    return { state: "counted", counts: counts() };
  };
  // From the first field on to the press, which may be of another call.
  const attendFilling = () => {
    const state = stateOf(doc);
    if (state.filled) return;
    const filled = (state.filled = { asked: false, pending: 0 });
    const undo = parts.asking(doc, places.documentOf, filled, () => {});
    filled.undo = () => {
      undo();
      state.filled = undefined;
    };
  };
  const main = async () => {
    if (request.document && request.document !== id) return { state: "moved" };
    // The driver ends a load that takes too long: the page that was being left stands there yet, and was not answered.
    if (request.lost && root.left) return { state: "unanswered" };
    // It has waited for whatever there was to wait for: what stands here stays.
    root.left = undefined;
    if (doc && request.departed === id) stateOf(doc).left = undefined;
    if (request.awaiting && request.awaiting === id && !pressed()) return { state: "unpressed" };
    if (request.count) return count();
    // Whether an answer is still to come in a frame or window, only the driver can tell, from within.
    if (doc && stateOf(doc).left && !pressed())
      return { state: "left", document: id, pressed: false, frames: places.path(win) };
    if (request.reads) return read();
    const { press, arrive } = parts.press(request, places, here, see, waits, parts.asking);
    let unkept;
    if (request.set.length || request.check.length || request.hand) {
      const controls = parts.controls(request, doc, see(doc), waits);
      attendFilling();
      await controls.fill();
      unkept = controls.unkept;
      // What a driver does by hand it must do in the frame and window itself.
      if (request.hand && request.place) return { state: "inside", frames: places.path(win) };
      if (request.hand) return controls.handed();
    }
    if (request.press) await press(unkept);
    return request.screens.length ? await arrive() : { state: "filled" };
  };

  // --- while the page stands ----------------------------------------------------------------------------------------
  const pressed = () => !!root.presses[request.step];
  const leavingPage = () => waits.leave({ state: "left", document: root.id, pressed: pressed() });
  // Once pressed, a frame or window that goes is what was to be expected: the call lives on in the page around it.
  const leavingPlace = () => {
    if (!pressed()) waits.leave({ state: "left", document: id, pressed: false, frames: places.path(win) });
  };
  // Before anything of the page, which could keep it to itself, and once more when it goes: were nothing told, the
  // driver would send the call once more, to the page that comes.
  addEventListener("beforeunload", leavingPage, true);
  addEventListener("pagehide", leavingPage, true);
  if (doc && win !== window) win.addEventListener("beforeunload", leavingPlace, true);
  const outcome = async () => {
    try {
      return await Promise.race([main(), waits.departure]);
    } catch (error) {
      if (!(error instanceof waits.Stop)) return { state: "fault", name: error?.name ?? "Error" };
      return error.result;
    } finally {
      removeEventListener("beforeunload", leavingPage, true);
      removeEventListener("pagehide", leavingPage, true);
      if (places.documentOf(win)) win.removeEventListener("beforeunload", leavingPlace, true);
    }
  };
  const reply = await outcome();
  const opens = !!root.opens;
  root.opens = false;
  return opens ? { ...reply, opens } : reply;
};
