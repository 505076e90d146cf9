// What is wrong with a control, and how that is told: the sentences stand on the controls, as the service has put them there.
'use strict';

const complaints = (() => {
  const MINUTE = 60_000; // ms
  const ahead = Number(document.getElementById('stasjon').dataset.now) - Date.now(); // the clock of a tablet may be wrong
  const id = (name) => document.getElementById(name);
  const controlOf = (name) => document.querySelector(`[data-control="${name}"]`);

  function wrong(name, sentence) {
    const field = controlOf(name);
    const place = field?.querySelector('.wrong');
    if (!place) return;
    if (place.textContent !== sentence) place.textContent = sentence;
    const marked = field.matches('fieldset') ? field : field.querySelector('input, textarea, select');
    if (sentence) marked.setAttribute('aria-invalid', 'true');
    else {
      marked.removeAttribute('aria-invalid');
      settle(name);
    }
  }

  // What has been corrected is taken off the list of what to correct.
  function settle(name) {
    const lines = [...id('oppsummering').querySelectorAll('li')];
    lines.find((line) => line.dataset.of === name)?.remove();
    if (!id('oppsummering').querySelector('li')) id('oppsummering').hidden = true;
  }

  function wrongs(found) {
    for (const field of document.querySelectorAll('#dose [data-control]')) wrong(field.dataset.control, found[field.dataset.control] ?? '');
    if (['person_id', 'given_name', 'family_name'].some((name) => found[name])) id('identitet').hidden = false;
    if ([...document.querySelectorAll('#dose [data-control]')].some((field) => found[field.dataset.control] && id('mer').contains(field))) id('mer').open = true;
    id('oppsummering').hidden = true;
  }

  function summarise(found) {
    const lines = Object.entries(found).map(([name, sentence]) => {
      const item = document.createElement('li');
      item.dataset.of = name;
      if (!name) {
        item.textContent = sentence;
        return item;
      }
      const link = document.createElement('a');
      link.href = `#${name}`;
      link.textContent = sentence;
      link.addEventListener('click', (event) => {
        event.preventDefault();
        focusOn(name);
      });
      item.append(link);
      return item;
    });
    id('oppsummering').querySelector('ul').replaceChildren(...lines);
    id('oppsummering').hidden = false;
    id('oppsummering').focus();
  }

  function focusOn(name) {
    const field = controlOf(name);
    field?.querySelector('input:checked, input, textarea, select')?.focus();
    field?.scrollIntoView({ block: 'center' });
  }

  function complaint(field) {
    const said = field.dataset;
    const control = field.querySelector('input:not([type=radio]), textarea, select');
    if (!control || control.type === 'checkbox') {
      const required = field.querySelector('input[required]');
      return required && !field.querySelector('input:checked') ? said.missingField : '';
    }
    if (!control.value.trim()) {
      if (control.validity.badInput) return said.invalidValue;
      return control.required ? said.missingField : '';
    }
    if (control.name === 'person_id') return isNationalId(control.value) ? '' : said.idInvalid;
    if (control.name === 'vaccinated_at' && !isInTime(control)) return said.dateOutOfRange;
    if (control.name === 'expiry_date' && control.value < control.form.elements.vaccinated_at.value.slice(0, 10)) return said.dateOutOfRange;
    return control.validity.patternMismatch || control.validity.tooLong ? said.invalidValue : '';
  }

  // Not ahead of now, and not long ago unless it is told why.
  function isInTime(control) {
    const { given_abroad: abroad, corrects } = control.form.elements;
    return control.value <= inNorway(5 * MINUTE) && (abroad.checked || corrects.value || control.value >= inNorway(-30 * 1440 * MINUTE));
  }

  // What the clocks show in Norway so much later than now, whatever the tablet is set to.
  function inNorway(later = 0) {
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo', dateStyle: 'short', timeStyle: 'short' });
    return shown.format(new Date(Date.now() + ahead + later)).replace(' ', 'T');
  }

  // Check digits as Skatteetaten publishes them; the first may have a remainder up to 3 in numbers issued from 2032.
  function isNationalId(text) {
    let digits = text.replace(/[\s:.\-\u2010-\u2013]/g, '');
    if (/^\d{12}$/.test(digits)) return true;
    if (/^\d{10}$/.test(digits)) digits = `0${digits}`;
    if (!/^\d{11}$/.test(digits)) return false;
    const rest = (weights) => weights.reduce((sum, weight, place) => sum + weight * digits[place], 0) % 11;
    return rest([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) <= 3 && rest([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0;
  }

  return { of: complaint, tell: wrong, tellAll: wrongs, summarise, isNationalId, inNorway };
})();
