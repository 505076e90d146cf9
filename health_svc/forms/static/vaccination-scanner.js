// A barcode scanner that pretends to be a keyboard: it types fast, wherever the focus is, and ends with Enter.
'use strict';

const scanner = (() => {
  const KEYSTROKE = 60; // ms; nobody types as fast as a scanner
  const SHORTEST = 4;
  const GROUP_SEPARATOR = '\u001d';

  // What stands on a pack: GS1 DataMatrix with product (01), expiry (17), batch (10) and serial number (21); else a plain batch.
  function read(text) {
    const code = text.replace(/^\][A-Za-z]\d/, '');
    if (!/^01\d{14}/.test(code)) return { batch_no: text.trim().toUpperCase() };
    const found = {};
    let rest = code.slice(16);
    while (rest) {
      const kind = rest.slice(0, 2);
      const end = kind === '17' || kind === '11' ? 8 : (rest.indexOf(GROUP_SEPARATOR) + 1 || rest.length + 1) - 1;
      const value = rest.slice(2, end);
      if (kind === '10') found.batch_no = value.toUpperCase();
      if (kind === '17') found.expiry_date = day(value);
      if (!['10', '11', '17', '21'].includes(kind)) break;
      rest = rest.slice(rest[end] === GROUP_SEPARATOR ? end + 1 : end);
    }
    return found;
  }

  // `yymmdd`; day 00 is the last one of the month.
  function day(text) {
    const [year, month, date] = [2000 + Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4))];
    return new Date(Date.UTC(year, date ? month - 1 : month, date)).toISOString().slice(0, 10);
  }

  // `form` is listened to while `active()`; `take` gets what was scanned, wherever the focus was.
  function listen({ form, active, into, take }) {
    let burst = '';
    let before = '';
    let lastKey = 0;

    function ended(control) {
      const elsewhere = isTyped(control) && control !== into;
      const text = control === into ? into.value : burst;
      // A badge is scanned into a field of digits, and belongs there.
      const meant = control === into || (burst.length >= SHORTEST && !(elsewhere && control.inputMode === 'numeric' && /^\d{1,12}$/.test(burst)));
      const found = meant && text.trim() ? read(text) : {};
      if (found.batch_no) {
        if (elsewhere) control.value = before;
        take(found);
      }
    }

    document.addEventListener('keydown', (event) => {
      const control = event.target;
      if (!active()) return;
      if (event.key === 'Enter' && !control.matches('button, a, textarea, summary')) {
        // Enter ends a scan, or a line on a phone's keyboard; it never sends the form.
        event.preventDefault();
        ended(control);
        if (isTyped(control)) next(form, control);
        burst = '';
        lastKey = 0;
        return;
      }
      const separator = event.ctrlKey && event.key === ']'; // how scanners type the group separator
      if (separator) {
        event.preventDefault();
        if (control === into) into.setRangeText(GROUP_SEPARATOR, into.selectionStart, into.selectionEnd, 'end');
      } else if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.timeStamp - lastKey > KEYSTROKE) {
        burst = '';
        before = control.value;
      }
      burst += separator ? GROUP_SEPARATOR : event.key;
      lastKey = event.timeStamp;
    });
  }

  const isTyped = (control) => control.matches('input:not([type=radio]):not([type=checkbox])');

  // On to the next control that has no answer yet.
  function next(form, control) {
    const reachable = [...form.querySelectorAll('input, textarea, button, summary')].filter((each) => each.type !== 'hidden' && each.checkVisibility());
    const after = reachable.slice(reachable.indexOf(control) + 1);
    (after.find((each) => each.type !== 'radio' || each.checked || !form.elements[each.name].value) ?? control).focus();
  }

  return { listen };
})();
