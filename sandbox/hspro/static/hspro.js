"use strict";

/* Felt som bare vises når et annet felt har en bestemt verdi, og kontroll av verdiene før lagring. */

function valueOf(form, name) {
  const control = form.elements[name];
  if (!control) return "";
  if (control.type === "checkbox") return control.checked ? control.value : "";
  return control.value;
}

function showDependent(form) {
  for (const row of form.querySelectorAll("[data-vis-felt]")) {
    const shown = valueOf(form, row.dataset.visFelt) === row.dataset.visVerdi;
    row.hidden = !shown;
    for (const control of row.querySelectorAll("input, select, textarea")) control.disabled = !shown;
  }
}

function isRealTime(text) {
  const [date, time] = text.split(" ");
  const [day, month, year] = date.split(".").map(Number);
  const made = new Date(year, month - 1, day);
  const [hour, minute] = (time || "00:00").split(":").map(Number);
  return made.getDate() === day && made.getMonth() === month - 1 && hour < 24 && minute < 60;
}

function problemOf(control) {
  const slag = control.dataset.slag;
  control.setCustomValidity("");
  if (control.validity.valueMissing) return control.type === "checkbox" ? "Må krysses av." : "Må fylles ut.";
  if (control.validity.patternMismatch) return control.dataset.melding;
  if ((slag === "date" || slag === "datetime") && control.value && !isRealTime(control.value)) {
    control.setCustomValidity(control.dataset.melding);
    return control.dataset.melding;
  }
  return control.validity.valid ? "" : control.dataset.melding || "Ugyldig verdi.";
}

function tell(form, control) {
  const problem = control.disabled ? "" : problemOf(control);
  const message = document.getElementById(control.name + "-melding");
  if (message) message.textContent = problem;
  for (const one of form.querySelectorAll(`[name="${control.name}"]`)) {
    if (problem) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
  }
}

function refresh(form) {
  showDependent(form);
  const controls = [...form.elements].filter((control) => control.name && !control.disabled);
  const faulty = controls.filter((control) => problemOf(control));
  form.querySelector("button[type=submit]").disabled = faulty.length > 0;
}

function watch(form) {
  form.addEventListener("input", (event) => {
    refresh(form);
    /* En melding som står, forsvinner straks verdien er rettet; nye meldinger kommer når feltet forlates. */
    if (event.target.getAttribute("aria-invalid")) tell(form, event.target);
  });
  form.addEventListener("change", (event) => {
    refresh(form);
    tell(form, event.target);
  });
  form.addEventListener("focusout", (event) => {
    if (event.target.name && event.target.type !== "radio") tell(form, event.target);
  });
  form.addEventListener("submit", (event) => {
    refresh(form);
    if (form.querySelector("button[type=submit]").disabled) event.preventDefault();
  });
  refresh(form);
}

document.querySelectorAll("form.skjema").forEach(watch);
