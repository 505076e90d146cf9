"use strict";

/* Meldinger som dekker siden, og varsler når den er lastet. */

document.querySelectorAll("[data-lukk]").forEach((button) => {
  button.addEventListener("click", () => button.closest(button.dataset.lukk).remove());
  button.focus();
});

window.addEventListener("load", () => {
  if (document.body.dataset.varsel) window.alert(document.body.dataset.varsel);
});
