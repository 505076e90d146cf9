// What a page asks of its server from now on is noted in `asks`: whether it did, and how many answers are still to come.
// `told` is called at each answer. Answers with what undoes it.
(doc, documentOf, asks, told) => {
  const win = doc.defaultView;
  const { fetch: fetching } = win;
  const requests = win.XMLHttpRequest.prototype;
  const { send } = requests;
  const begun = () => {
    asks.asked = true;
    asks.pending += 1;
  };
  const ended = () => {
    asks.pending -= 1;
    told();
  };
  // The answer counts as there when its body is: a page shows nothing of it before.
  const body = (answer) =>
    answer.headers.get("content-type")?.includes("event-stream") ? null : answer.clone().arrayBuffer();
  win.fetch = function (...given) {
    begun();
    const answer = fetching.apply(this, given);
    answer.then(body).then(ended, ended);
    return answer;
  };
  requests.send = function (...given) {
    begun();
    this.addEventListener("loadend", ended, { once: true });
    return send.apply(this, given);
  };
  return () => {
    requests.send = send;
    // A frame's window stays when its document goes: nothing of the old one may be given to the new one.
    if (documentOf(win) === doc) win.fetch = fetching;
  };
};
