// The session: one canvas that shows the remote desktop, and a word about it once the connection has broken.
import RFB from "/novnc/core/rfb.js";

const TILE = 256;
const GRADES = 256;
const screen = document.getElementById("skjerm");

/** Lay grain over the picture: no pixel is off by more than `grades` of 255. */
function grain(grades) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = TILE;
  const context = tile.getContext("2d");
  const pixels = context.createImageData(TILE, TILE);
  for (let at = 0; at < pixels.data.length; at += 4) {
    pixels.data.fill(Math.random() < 0.5 ? 0 : GRADES - 1, at, at + 3);
    pixels.data[at + 3] = Math.floor(Math.random() * (grades + 1));
  }
  context.putImageData(pixels, 0, 0);
  const over = document.createElement("div");
  over.className = "stoy";
  over.style.backgroundImage = `url(${tile.toDataURL()})`;
  screen.append(over);
}

/** The picture stands in place of the words that it is being waited for. */
function show() {
  document.getElementById("kobler").remove();
  screen.hidden = false;
}

/** Put the pointer in the corner, as the server paints one that another connection has left over the picture. */
function settle() {
  const canvas = screen.querySelector("canvas");
  const { left, top } = canvas.getBoundingClientRect();
  canvas.dispatchEvent(new MouseEvent("mousemove", { clientX: left, clientY: top, bubbles: true }));
}

function broken() {
  document.body.replaceChildren(document.getElementById("brutt").content.cloneNode(true));
}

const address = new URL("/okt/rfb", location.href);
address.protocol = address.protocol.replace("http", "ws");
const remote = new RFB(screen, address.href);
remote.addEventListener("disconnect", broken);
remote.addEventListener("connect", () => {
  show();
  remote.focus();
  settle();
});
if (Number(screen.dataset.stoy)) grain(Number(screen.dataset.stoy));
