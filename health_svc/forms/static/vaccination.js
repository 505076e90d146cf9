// The vaccination form. What was filled in stays in this page's memory until the service has answered that it is stored;
// nothing of it is ever put into the browser's own storage, or into an address.
'use strict';

(() => {
  const HERE = '/forms/vaccination';
  const ANSWERS_WITHIN = 15_000; // ms; a connection that has dropped may say nothing for minutes
  const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000]; // ms between attempts
  const LOOK_EVERY = 30_000; // ms, while a form of today is under way
  const IN_USE = 300_000; // ms after the last touch: later nobody looks, and the session may end as idle
  const KEPT = ['vaccine_code', 'batch_no', 'expiry_date', 'vaccinator_hpr', 'prescriber_hpr', 'unit'];

  const id = (name) => document.getElementById(name);
  const station = id('stasjon');
  const search = id('finn');
  const form = id('dose');
  const fields = [...form.querySelectorAll('[data-control]')];
  const unsent = new Map(); // by form id, in the order of sending
  let listed = [...id('linjer').children].map(readLine);
  let counts = Object.fromEntries([...id('tall').querySelectorAll('dd')].map((each) => [each.dataset.count, Number(each.textContent)]));
  let token = form.elements.skjema.value;
  let attempts = 0;
  let sending = false;
  let searching = false;
  let again;
  let touched = Date.now();
  let setByUs = form.elements.corrects.value ? '' : form.elements.vaccinated_at.value;
  let keptAside; // what the next person's form begins with, while an earlier form is being corrected

  // --- talking to the service ---------------------------------------------------------------------------------

  async function ask(path, body) {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), ANSWERS_WITHIN);
    try {
      const answer = await fetch(HERE + path, {
        method: body ? 'POST' : 'GET', body, headers: { Accept: 'application/json' }, cache: 'no-store', redirect: 'error',
        signal: giveUp.signal,
      });
      const text = await answer.text();
      return { status: answer.status, said: text.startsWith('{') ? JSON.parse(text) : {}, after: Number(answer.headers.get('Retry-After')) };
    } catch {
      return { status: 0, said: {} };
    } finally {
      clearTimeout(timer);
    }
  }

  // What a form of ours asks for; once more, when the session has become another.
  async function request(path, fields) {
    const body = () => new URLSearchParams({ ...fields, skjema: token });
    const answer = await ask(path, body());
    return answer.status === 403 && (await renew()) === 200 ? ask(path, body()) : answer;
  }

  // Signed in anew, the page needs what a form of the new session must carry. It must be the same person: forms are
  // handed in by whoever filled them in.
  async function renew() {
    const { status, said } = await ask('/i-dag');
    id('inn').hidden = status !== 401;
    if (status !== 200) return status;
    if (said.who !== station.dataset.who) {
      connection(`En annen er logget inn i denne nettleseren. Logg inn som deg selv for å sende ${forms(unsent.size)}.`);
      return 403;
    }
    token = said.skjema;
    listed = said.lines;
    counts = said.counts;
    show();
    // The office has other vaccines or questions now, and nobody is in the middle of anything.
    if (said.edition !== station.dataset.edition && !unsent.size && !isOpen() && !id('sok').value) location.reload();
    return status;
  }

  async function sendAll() {
    if (sending) return;
    sending = true;
    clearTimeout(again);
    for (const entry of [...unsent.values()].filter((each) => each.standing === 'waiting')) {
      const pause = await send(entry);
      if (pause) {
        again = setTimeout(sendAll, pause);
        break;
      }
    }
    sending = false;
    const waiting = [...unsent.values()].filter((each) => each.standing === 'waiting').length;
    if (!waiting) connection('');
    else if (attempts === 0) sendAll();
    show();
  }

  // How long to wait before the next attempt; 0 when this form is settled.
  async function send(entry) {
    entry.body.set('skjema', token);
    let { status, said, after } = await ask('', entry.body);
    if (status === 403 && (await renew()) === 200) {
      entry.body.set('skjema', token);
      ({ status, said, after } = await ask('', entry.body));
      if (status === 403) [status, said] = [422, { wrong: { '': 'Du har ikke tilgang til å sende dette skjemaet. Kontakt lederen din.' } }];
    }
    if (status === 200 || status === 202) {
      unsent.delete(entry.form_id);
      if (!listed.some((each) => each.form_id === said.form_id)) {
        listed.unshift(said);
        counts[said.standing] += 1;
      }
      if (said.corrects) listed.filter((each) => each.form_id === said.corrects).forEach((each) => { each.can_be_corrected = false; });
      attempts = 0;
      id('inn').hidden = true;
      tell(`Sendt: ${said.who} ${said.what}`);
      return 0;
    }
    if (status === 409 || status === 422) {
      entry.standing = 'rejected';
      entry.stands = status === 409;
      entry.label = 'Må rettes';
      entry.wrong = said.wrong ?? { '': 'Skjemaet ble ikke godtatt. Kontroller det og send på nytt.' };
      entry.told = Object.values(entry.wrong).join(' ');
      if (!isOpen() && !id('sok').value) correct(entry);
      else tell(`Skjemaet for ${entry.who} må rettes. Se under «Mine i dag».`);
      return 0;
    }
    if (status === 401) id('inn').hidden = false;
    else if (status !== 403) connection(waitingText(status));
    entry.label = 'Venter';
    const pause = Math.max((after || 0) * 1000, PAUSES[Math.min(attempts, PAUSES.length - 1)]);
    attempts += 1;
    return pause;
  }

  function waitingText(status) {
    const why = status ? 'Tjenesten svarer ikke akkurat nå.' : 'Ingen forbindelse.';
    return `${why} ${forms(unsent.size)} ligger trygt på denne siden og sendes så snart det går. Ikke lukk siden.`;
  }

  const forms = (number) => (number === 1 ? '1 skjema' : `${number} skjemaer`);

  // --- what is shown ------------------------------------------------------------------------------------------

  function tell(text) {
    id('melding').textContent = text;
    id('melding').hidden = !text;
  }

  function connection(text) {
    if (id('nett').textContent !== text) id('nett').textContent = text;
    id('nett').hidden = !text;
  }

  function readLine(item) {
    const text = (name) => item.querySelector(`.${name}`).textContent;
    const standing = item.classList[1];
    const act = item.querySelector('.act');
    return {
      standing, at: text('at'), who: text('who'), what: text('what'), label: text('label'), told: text('told'),
      form_id: act.elements.form_id.value, can_be_corrected: !act.hidden,
    };
  }

  function drawLine(each) {
    const item = id('linje').content.firstElementChild.cloneNode(true);
    item.className = `line ${each.standing}`;
    for (const name of ['at', 'who', 'what', 'label', 'told']) item.querySelector(`.${name}`).textContent = each[name];
    item.querySelector('.told').hidden = !each.told;
    const refused = each.standing === 'rejected';
    const act = item.querySelector('.act');
    act.hidden = !refused && !each.can_be_corrected;
    act.elements.form_id.value = each.form_id;
    const button = act.querySelector('button');
    button.textContent = refused ? 'Rett opp' : 'Rett';
    button.setAttribute('aria-label', `${button.textContent} skjemaet for ${each.who} kl. ${each.at}`);
    return item;
  }

  const formOf = (line) => line?.querySelector('.act').elements.form_id.value;

  function show() {
    const lines = [...[...unsent.values()].reverse(), ...listed];
    const focused = formOf(document.activeElement?.closest('#linjer .line'));
    id('linjer').replaceChildren(...lines.map(drawLine));
    // Whoever has come to a button by the keyboard stays there.
    if (focused) [...id('linjer').children].find((line) => formOf(line) === focused)?.querySelector('button').focus();
    id('ingen').hidden = lines.length > 0;
    for (const each of id('tall').querySelectorAll('dd')) each.textContent = counts[each.dataset.count];
  }

  async function look() {
    clearTimeout(look.timer);
    const underWay = listed.some((each) => each.standing === 'sent');
    if (underWay && !document.hidden && Date.now() - touched < IN_USE) await renew();
    look.timer = setTimeout(look, LOOK_EVERY);
  }

  // --- whom it is about ---------------------------------------------------------------------------------------

  const isOpen = () => !form.hidden;

  function open(values, { named = false, booking, appointment, note } = {}) {
    form.elements.form_id.value = values.form_id ?? newId();
    keptAside = values.corrects ? ofTheStation() : undefined;
    for (const [name, value] of Object.entries(values)) put(name, value);
    if (values.vaccinated_at) setByUs = '';
    else now();
    id('hvem').textContent = named ? `${values.given_name} ${values.family_name}` : 'Personen';
    id('time').textContent = booking ? `Bestilling ${booking}${appointment ? `, ${appointment}` : ''}` : '';
    id('time').hidden = !booking;
    id('merk').textContent = note ?? '';
    id('merk').hidden = !note;
    id('identitet').hidden = named;
    id('legitimasjon').hidden = Boolean(values.corrects);
    id('mer').open = Boolean(values.corrects);
    search.hidden = true;
    form.hidden = false;
    (named ? id('hvem') : form.elements[values.person_id ? 'given_name' : 'person_id']).focus();
    if (named) window.scrollTo(0, 0);
  }

  const ofTheStation = () => Object.fromEntries(KEPT.map((name) => [name, form.elements[name]?.value ?? '']));

  function close() {
    const kept = keptAside ?? ofTheStation();
    // Not reset(): that would bring back what the page was loaded with.
    for (const control of form.querySelectorAll('input[type=text], input[type=date], textarea, select')) control.value = '';
    for (const control of form.querySelectorAll('input[type=radio], input[type=checkbox]')) control.checked = false;
    for (const [name, value] of Object.entries(kept)) put(name, value);
    form.elements.form_id.value = form.elements.corrects.value = '';
    id('hvem').textContent = 'Personen';
    id('time').textContent = id('merk').textContent = '';
    complaints.tellAll({});
    form.hidden = true;
    search.hidden = false;
    id('sok').value = '';
    complaints.tell('sok', '');
    window.scrollTo(0, 0);
    id('sok').focus();
  }

  // What the service refused was never stored: it is opened as it was sent.
  function correct(entry) {
    unsent.delete(entry.form_id);
    const values = Object.fromEntries(entry.body);
    // Under its id another form stands already: this one is new, and says which it corrects.
    open(entry.stands ? { ...values, form_id: undefined, corrects: entry.form_id } : values, { named: entry.named });
    complaints.tellAll(entry.wrong);
    complaints.summarise(entry.wrong);
    show();
  }

  // What the service has stored is opened as it stands there; a new form corrects it.
  async function correctStored(formId) {
    tell('Henter skjemaet …');
    const { status, said } = await request('/rett', { form_id: formId });
    tell('');
    if (isOpen()) return;
    if (status === 200) open(said.values, said);
    else if (status === 401) id('inn').hidden = false;
    else tell(status === 404 ? said.wrong[''] : 'Skjemaet kan ikke hentes akkurat nå. Prøv igjen om litt.');
  }

  id('linjer').addEventListener('submit', (event) => {
    event.preventDefault();
    const formId = event.target.elements.form_id.value;
    if (isOpen()) tell('Send eller avbryt skjemaet du har åpent først. Så kan du rette dette.');
    else if (unsent.has(formId)) correct(unsent.get(formId));
    else correctStored(formId);
  });

  function put(name, value) {
    const control = form.elements[name];
    if (!control || name === 'skjema') return;
    if (control instanceof RadioNodeList) control.value = value;
    else if (control.type === 'checkbox') control.checked = value === 'ja';
    else if (control.type === 'radio') control.checked = control.value === value;
    else control.value = value;
  }

  function newId() {
    return crypto.randomUUID();
  }

  function now() {
    setByUs = complaints.inNorway();
    form.elements.vaccinated_at.value = setByUs;
  }

  search.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = id('sok').value.trim();
    const number = /^[\d\s.-]{9,}$/.test(text);
    if (number && !complaints.isNationalId(text)) {
      complaints.tell('sok', 'Nummeret er ikke gyldig. Et fødselsnummer har 11 sifre; kontroller alle.');
      id('sok').focus();
      return;
    }
    if (searching) return;
    searching = true;
    tell('Leter …');
    const { status, said } = await request('/oppslag', { sok: text });
    searching = false;
    tell('');
    if (isOpen() || id('sok').value.trim() !== text) return;
    if (status === 200) {
      id('sok').value = '';
      complaints.tell('sok', '');
      open(said.values, said);
    } else if (status === 422) {
      complaints.tell('sok', said.wrong.sok);
      id('sok').focus();
    } else if (status === 401) {
      id('inn').hidden = false;
    } else {
      const note = 'Oppslaget virker ikke nå. Fyll inn for hånd; skjemaet sendes når det går.';
      open(number ? { person_id: text } : {}, { note });
    }
  });

  // --- as it is typed ---------------------------------------------------------------------------------------------

  form.addEventListener('input', (event) => {
    const field = event.target.closest('[data-control]');
    // Whoever is still typing is not told that it is too short; what was told is taken back at once.
    if (field && (field.querySelector('.wrong').textContent || !complaints.of(field))) complaints.tell(field.dataset.control, complaints.of(field));
  });
  form.addEventListener('change', (event) => {
    const field = event.target.closest('[data-control]');
    if (field) complaints.tell(field.dataset.control, complaints.of(field));
  });

  // --- sending ------------------------------------------------------------------------------------------------

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isOpen()) return;
    if (form.elements.vaccinated_at.value === setByUs) now();
    const found = Object.fromEntries(fields.map((field) => [field.dataset.control, complaints.of(field)]).filter(([, said]) => said));
    complaints.tellAll(found);
    if (Object.keys(found).length) {
      complaints.summarise(found);
      return;
    }
    const body = new URLSearchParams(new FormData(form));
    const value = (name) => body.get(name) ?? '';
    const chosen = form.querySelector('[name=vaccine_code]:checked');
    unsent.set(value('form_id'), {
      form_id: value('form_id'), body, named: id('identitet').hidden, standing: 'waiting', label: 'Sender', told: '',
      at: form.elements.vaccinated_at.value.slice(11).replace(':', '.'),
      who: ['given_name', 'family_name'].map((name) => `${value(name).trim()[0].toUpperCase()}.`).join(' '),
      what: `${chosen ? chosen.closest('label').textContent.trim() : value('vaccine_code')}, dose ${value('dose_no')}${value('corrects') && ', rettelse'}`,
    });
    tell('');
    close();
    attempts = 0;
    show();
    sendAll();
  });

  id('avbryt').addEventListener('click', (event) => {
    event.preventDefault();
    if (confirm('Forkaste det du har fylt ut for denne personen?')) close();
  });

  scanner.listen({
    form,
    active: isOpen,
    into: form.elements.batch_no,
    take(found) {
      for (const [name, value] of Object.entries(found)) put(name, value);
      complaints.tell('batch_no', complaints.of(form.querySelector('[data-control=batch_no]')));
      tell(`Batch ${found.batch_no} er skannet.`);
    },
  });

  // --- leaving ------------------------------------------------------------------------------------------------

  window.addEventListener('beforeunload', (event) => {
    if (unsent.size || isOpen()) event.preventDefault();
  });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
  for (const back of ['online', 'focus']) {
    window.addEventListener(back, () => {
      if (unsent.size) {
        attempts = 0;
        sendAll();
      } else look();
    });
  }
  for (const touch of ['pointerdown', 'keydown']) document.addEventListener(touch, () => { touched = Date.now(); });

  if (isOpen()) id(id('oppsummering').hidden ? 'hvem' : 'oppsummering').focus();
  look();
})();
