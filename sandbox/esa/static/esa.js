"use strict";

/* Vinduer som åpnes over rammene, og lukker seg over det som er lagret. */

document.querySelectorAll("[data-vindu]").forEach((button) => {
  button.addEventListener("click", () => {
    const opened = window.open(button.dataset.vindu, button.textContent, "popup,width=860,height=680");
    if (opened) opened.focus();
  });
});

document.querySelectorAll("[data-avbryt]").forEach((button) => {
  button.addEventListener("click", () => (window.opener ? window.close() : window.history.back()));
});

document.querySelectorAll("[data-lagret]").forEach((told) => {
  const record = told.dataset.lagret;
  if (!window.opener || window.opener.closed) return window.location.replace(record);
  window.opener.location.replace(`${record}?lagret=ja`);
  window.close();
});

/* Bare den første visningen sier fra at noe er lagret. */
if (new URLSearchParams(window.location.search).has("lagret")) {
  window.history.replaceState(null, "", window.location.pathname);
}

/* Verken påloggingen eller rammene selv står inne i en ramme. */
if (document.querySelector("[data-bryt-ut]") && window.top !== window.self) {
  window.top.location.replace(window.location.href);
}
