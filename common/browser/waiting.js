// How the agent waits, and how it stops: for whatever changes in the documents it looks at, never longer than its budget
// and the deadline allow. `gone` tells that the page that is worked in has been replaced. Times are milliseconds.
(request, places, documents, gone) => {
  const inTime = request.deadline - Date.now();
  const ends = performance.now() + Math.min(request.budget, inTime);
  const late = () => Date.now() >= request.deadline || (inTime <= request.budget && performance.now() >= ends);
  const EVENTS = ["readystatechange", "input", "change", "load", "transitionend", "animationend"];
  // Between frames and windows nothing tells that a document has come in another's place.
  const patience = documents().length > 1 || request.place || request.screens.some(({ place }) => place) ? 10 : 25;

  class Stop {
    constructor(result) {
      this.result = result;
    }
  }
  const stop = (result) => {
    throw new Stop(result);
  };
  let left;
  let leave;
  // The page that is worked in goes away: whatever was being done has to be gone on with on the next one.
  const departure = new Promise((resolve) => {
    leave = (result) => {
      left ??= result;
      resolve(left);
    };
  });
  const stay = () => {
    if (left) stop(left);
  };

  const until = (check, limit = ends) =>
    new Promise((resolve, reject) => {
      let last = 0,
        timer = null,
        done = false;
      const watched = new Set();
      const finish = (settle, value) => {
        done = true;
        clearTimeout(timer);
        observer.disconnect();
        for (const doc of watched) for (const name of EVENTS) doc.removeEventListener(name, soon, true);
        settle(value);
      };
      const attend = (doc) => {
        if (watched.has(doc)) return;
        watched.add(doc);
        places.heed(doc);
        observer.observe(doc, { subtree: true, childList: true, attributes: true, characterData: true });
        for (const name of EVENTS) doc.addEventListener(name, soon, true);
      };
      const run = () => {
        if (done) return;
        clearTimeout(timer);
        last = performance.now();
        try {
          places.hushAll();
          if (places.root.dialog) {
            places.root.dialog = false;
            stop({ state: "dialog" });
          }
          gone();
          const value = left ? null : check();
          if (value !== undefined) return finish(resolve, value);
          if (performance.now() >= limit) return finish(resolve, undefined);
          documents().forEach(attend);
        } catch (error) {
          return finish(reject, error);
        }
        timer = setTimeout(run, Math.min(patience, Math.max(1, limit - performance.now())));
      };
      const soon = () => {
        if (done) return;
        if (performance.now() - last > 8) return run();
        clearTimeout(timer);
        timer = setTimeout(run, 8);
      };
      const observer = new MutationObserver(soon);
      run();
    });
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  // Nothing is ever done after the deadline, nor on a page that is already being left, nor by a call that nobody hears.
  const act = (doing) => {
    stay();
    if (!places.hasTurn()) stop({ state: "unheard" });
    if (late()) stop({ state: "late" });
    return doing();
  };
  return { Stop, stop, stay, leave, departure, until, pause, act, late, ends };
};
