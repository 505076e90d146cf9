"""Pages as robots meet them: every kind of control, and everything that defeats a naive one."""

from __future__ import annotations

from html import escape

from website import Answer, PageFunction, Visit, Website

CONTROLS = """<!doctype html><title>Kontroller</title><h1>Alle kontroller</h1>
<form method=post action=/saved enctype="application/x-www-form-urlencoded">
<label for=navn>Navn *</label><input id=navn name=navn>
<label>Adresse <input name=adresse></label>
<label>Etternavn <input name=etternavn></label>
<input name=epost aria-label="E-post">
<span id=tlf>Tele&nbsp;fon</span><input name=telefon aria-labelledby=tlf>
<input name=sok placeholder="Skriv her">
<table><tr><td>Kommune:</td><td><input name=kommune></td></tr></table>
<label for=merknad>Merknad</label><textarea id=merknad name=merknad></textarea>
<label>Kjønn <select name=kjonn><option value="">Velg<option value=1>Kvinne<option value=2>Mann</select></label>
<label>Født <input type=date name=fodt></label>
<label>Født som tekst <input name=fodt_tekst></label>
<label>Tidspunkt <input type=datetime-local name=tid></label>
<label>Tidspunkt som tekst <input name=tid_tekst></label>
<label>Antall <input type=number step=any name=antall></label>
<label>Beløp <input name=belop></label>
<fieldset><legend>Symptomer</legend><label><input type=radio name=symptomer value=j>Ja</label>
<label><input type=radio name=symptomer value=n>Nei</label>
<label><input type=radio name=symptomer value=a>Adresse</label></fieldset>
<div role=radiogroup aria-label="Testet før"><input type=radio id=t1 name=testet value=1><label for=t1>Ja</label>
<input type=radio id=t2 name=testet value=2><label for=t2>Nei</label></div>
<label><input type=checkbox name=samtykke value=ja>Samtykke</label>
<label><input type=checkbox name=nyhetsbrev value=ja checked>Nyhetsbrev</label>
<fieldset><legend>Språk</legend><label><input type=checkbox name=sprak value=no checked>Norsk</label>
<label><input type=checkbox name=sprak value=se>Samisk</label><label><input type=checkbox name=sprak value=en>Engelsk</label></fieldset>
<label>Roller <select multiple name=roller><option>Leder<option>Saksbehandler<option>Leser</select></label>
<div contenteditable aria-label="Notat" id=notat oninput="n.value=this.innerText"></div><input type=hidden id=n name=notat>
<label>Kode <input name=kode maxlength=4></label>
<label>Skjult <input type=hidden name=skjult></label>
<label>Uendret <input name=uendret value="står"></label>
<button name=knapp value=lagre>Lagre alt</button><input type=submit name=knapp value="Lagre kladd">
</form>"""

CONDITIONAL = """<h1>Reise</h1><form method=post action=/saved>
<label>Vært i utlandet <select name=utland id=u><option value="">Velg<option value=j>Ja<option value=n>Nei</select></label>
<div id=mer></div><button>Lagre</button></form>
<script>u.onchange = () => fetch('/api/land').then(() => { mer.innerHTML =
 '<label>Land <select name=land id=l></select></label><label>Hjemkomst <input name=hjem disabled id=h></label>';
 setTimeout(() => { l.innerHTML = '<option value="">Velg<option value=SE>Sverige'; }, 60);
 l.onchange = () => setTimeout(() => { h.disabled = false; }, 60); });</script>"""

# Each of these keeps its value only when it came in the way that a person's hands would bring it.
STUBBORN = """<h1>Sta</h1><form method=post action=/saved>
<label>Maske <input name=maske id=m></label>
<label>Tastet <input id=k></label><input type=hidden name=tastet id=kt>
<label>Styrt <input name=styrt id=c></label>
<label>Tillit <input name=tillit id=t></label>
<label>Vanlig <input name=vanlig></label>
<button id=b disabled>Lagre</button></form>
<script>
let typed = ''; m.addEventListener('keydown', e => { if (e.key.length === 1 && !e.ctrlKey) typed += e.key; if (e.key === 'Backspace') typed = ''; });
m.addEventListener('focus', () => m.select());
m.addEventListener('input', () => { m.value = typed.slice(-11).replace(/(\\d{6})(?=\\d)/, '$1 '); });
m.addEventListener('keydown', e => { if (e.ctrlKey && e.key === 'a') typed = ''; });
k.addEventListener('keyup', () => { setTimeout(() => { kt.value = k.value; b.disabled = kt.value === ''; }, 40); });
let held = ''; const native = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
c.addEventListener('input', () => { held = native.get.call(c); Promise.resolve().then(() => native.set.call(c, held)); });
t.addEventListener('input', e => { if (!e.isTrusted) t.value = ''; });
</script>"""

FORGETFUL = """<h1>Glemsk</h1><form method=post action=/saved>
<label>Glemsk felt <input name=glemsk oninput="this.value = ''"></label><button>Lagre</button></form>"""

NEVER_ENABLED = """<h1>Avvist</h1><form method=post action=/saved>
<label>Felt <input name=felt></label><button disabled>Lagre</button></form>"""

REACTIVE = """<h1>Søk</h1><label>Navn <input id=q></label><button id=s>Søk</button><div id=ut></div>
<script>s.onclick = () => { fetch('/api/hits?q=' + encodeURIComponent(q.value)).then(r => r.text()).then(t => { ut.innerHTML =
 '<table aria-label="Treff"><tr><th>Navn</th><th></th></tr><tr><td>' + t + '</td><td><a href="#" onclick="return false">Åpne</a></td></tr></table>'; }); };</script>"""

LATE = """<h1>Sen</h1><form method=post action=/saved><div id=plass></div></form>
<script>fetch('/gate').then(() => { plass.innerHTML = '<label>Sent felt <input name=sent></label><button>Lagre</button>';
 fetch('/appeared'); });</script>"""

LATE_BUTTON = """<h1>Sen</h1><form method=post action=/saved><label>Felt <input name=felt></label><div id=plass></div></form>
<script>fetch('/gate').then(() => { plass.innerHTML = '<button>Lagre</button>'; fetch('/appeared'); });</script>"""

UPLOAD = """<h1>Last opp</h1><form method=post action=/saved enctype="multipart/form-data">
<label>Vedlegg <input type=file name=vedlegg></label><label>Tittel <input name=tittel></label><button>Lagre</button></form>"""

POPUPS = """<h1>Vinduer</h1><a href=/other target=_blank>Nytt vindu</a>
<button onclick="alert('Ola Nordmann 01017012345')">Varsel</button>
<button onclick="if (confirm('Sikker?')) document.title = 'ja'">Spørsmål</button>
<button onclick="d.showModal()">Dialog</button><button onclick="setTimeout(() => alert('sent'), 150)">Sent varsel</button>
<button onclick="document.querySelector('h1').textContent = 'Noe helt annet'">Endre</button>
<a href=/empty>Ingenting</a>
<dialog id=d><h2>Økten utløper snart</h2></dialog>"""

TABLES = """<h1>Personer</h1><h2>Treff</h2><table><thead><tr><th>Navn</th><th>Nr</th><th></th></tr></thead><tbody>
<tr><td>Åse <b>Ørn</b></td><td>1</td><td><a href=/person?nr=1>Åpne</a></td></tr>
<tr style="display:none"><td>Skjult</td><td>9</td><td></td></tr>
<tr><td>Per  "Pelle"
 O'Hara</td><td>2</td><td><a href=/person?nr=2>Åpne</a></td></tr></tbody><tfoot><tr><td colspan=3>2 treff</td></tr></tfoot></table>
<table><caption>Tom</caption><tr><th>Kol</th></tr></table>
<dl><dt>Fødselsnummer:</dt><dd>12345</dd><dt>Navn</dt><dd>Kari</dd><dd>Normann</dd></dl>
<p>Ingen <b>andre</b> treff.</p><p hidden>Usynlig tekst</p>"""

# Lists to choose from, and a cell that says something with a picture alone.
CHOICES = """<h1>Valg</h1><label>Enhet <select name=enhet><option>Skole<option>Helse &amp; omsorg</select></label>
<label>Grupper <select multiple size=3 name=grupper><option>Alle<option>Lærere</select></label><select hidden><option>Usynlig</select>
<h2>Kontoer</h2><table><tr><th>Navn</th><th>Status</th></tr><tr><td>ola</td><td><img src=/bilder/locked.svg?v=2 alt=" "></td></tr>
<tr><td>kari</td><td><img src=/bilder/x.svg alt="Åpen"></td></tr><tr><td>per</td><td><img src=/bilder/x.svg alt="" title="Utløpt"></td></tr>
<tr><td>åse</td><td><img src=/bilder/pynt.svg alt=""></td></tr><tr><td>jon</td><td>Ny <img src=/bilder/locked.svg></td></tr></table>"""

# A calendar lets nobody type in its field; the field's own element knows it, as flatpickr does.
CALENDAR = """<h1>Kalender</h1><form method=post action=/saved><label>Siste dag <input name=dag id=d readonly></label>
<label>Tid <input name=tid id=t readonly></label><label>Låst <input name=laast readonly></label><button>Lagre</button></form><script>
const two = n => String(n).padStart(2, '0'), day = w => `${two(w.getDate())}.${two(w.getMonth() + 1)}.${w.getFullYear()}`;
d._flatpickr = { setDate: (when, told) => { d.value = day(when); if (told) d.dispatchEvent(new Event('change', {bubbles: true})); } };
t._flatpickr = { setDate: when => { t.value = `${day(when)} ${two(when.getHours())}:${two(when.getMinutes())}`; } };
</script>"""


def saved(_site: Website, _visit: Visit) -> str:
    return "<title>Lagret</title><h1>Lagret</h1>"


def postback(site: Website, visit: Visit) -> str:
    """An old-fashioned page that posts itself at every choice; the gate holds that back."""
    if visit.one("knapp"):
        return saved(site, visit)
    fylke = visit.one("fylke")
    if fylke:
        site.gate.wait(20)
    towns = {"V": ["Bergen", "Voss"], "T": ["Tromsø"]}.get(fylke, [])
    choices = "".join(f"<option{' selected' if key == fylke else ''} value={key}>{key}fylke</option>" for key in "VT")
    options = "".join(f"<option>{town}</option>" for town in towns)
    return f"""<h1>Postback</h1><form method=post id=f><label>Navn <input name=navn value="{escape(visit.one("navn"))}"></label>
<label>Fylke <select name=fylke onchange="f.submit()"><option value="">Velg{choices}</select></label>
<label>By <select name=by><option value="">Velg{options}</select></label><button name=knapp value=1>Lagre</button></form>"""


def same_again(site: Website, visit: Visit) -> str:
    """Post and re-render at the same address, under the same heading."""
    if visit.method == "POST":
        site.gate.wait(20)
    number = len(site.posts("/again"))
    name = escape(visit.one("navn"))
    return f"<h1>Register</h1><p id=nr>{number}</p><p id=navn>{name}</p><form method=post><label>Navn <input name=navn></label><button>Lagre</button></form>"


def slow_parts(site: Website, _visit: Visit) -> str:
    site.gate.wait(20)
    return "<h1>Langsom</h1>"


def hits(site: Website, visit: Visit) -> str:
    site.gate.wait(20)
    return escape(visit.one("q"))


def person(_site: Website, visit: Visit) -> str:
    return f"<h1>Person</h1><dl><dt>Nr</dt><dd>{visit.one('nr')}</dd></dl>"


FORGOTTEN = "glemt"
"""Whoever signs in by this name is not known any more on the next page."""


def login(_site: Website, visit: Visit) -> Answer | str:
    form = "<h1>Logg inn</h1><form method=post><label>Bruker <input name=user></label><label>Passord <input type=password name=password></label><button>Logg inn</button></form>"
    if visit.method == "GET":
        return form
    if visit.one("password") != "riktig":
        return form + "<p role=alert>Feil brukernavn eller passord</p>"
    _site.signed_in = True
    if visit.one("user") == FORGOTTEN:
        return Answer("", 303, {"location": "/app/menu"})
    return Answer("", 303, {"location": "/app/menu", "set-cookie": f"user={visit.one('user')}; Path=/"})


def guarded(html: str) -> PageFunction:
    """Show a page only to who is signed in."""

    def show(site: Website, visit: Visit) -> Answer | str:
        if not site.signed_in or "user=" not in visit.cookie:
            return Answer("", 303, {"location": "/app/login"})
        return html.replace("{user}", visit.cookie)

    return show


def sign_out(site: Website, _visit: Visit) -> str:
    site.signed_in = False
    return "<h1>Du er logget ut</h1>"


def static(html: str) -> PageFunction:
    return lambda _site, _visit: html


PAGES: dict[str, PageFunction] = {
    "/controls": static(CONTROLS),
    "/conditional": static(CONDITIONAL),
    "/stubborn": static(STUBBORN),
    "/forgetful": static(FORGETFUL),
    "/never-enabled": static(NEVER_ENABLED),
    "/reactive": static(REACTIVE),
    "/late": static(LATE),
    "/late-button": static(LATE_BUTTON),
    "/upload": static(UPLOAD),
    "/popups": static(POPUPS),
    "/tables": static(TABLES),
    "/choices": static(CHOICES),
    "/calendar": static(CALENDAR),
    "/other": static("<h1>Annen</h1>"),
    "/empty": lambda _site, _visit: Answer("", 204),
    "/broken": lambda _site, _visit: Answer("<h1>Intern feil</h1>", 500),
    "/sorry": lambda _site, _visit: Answer("<h1>Det oppstod en feil</h1>", 200),
    "/never-ready": static("<h1>Noe annet</h1>"),
    "/jump": static("<h1>Hopp</h1><script>location.replace('/jump2')</script>"),
    "/jump2": static("<h1>Mellom</h1><script>setTimeout(() => location.replace('/other'), 80)</script>"),
    "/saved": saved,
    "/postback": postback,
    "/again": same_again,
    "/slow": slow_parts,
    "/gate": slow_parts,
    "/api/land": static("ok"),
    "/api/hits": hits,
    "/appeared": static("ok"),
    "/person": person,
    "/app/login": login,
    "/app/menu": guarded("<h1>Meny</h1><p id=hvem>{user}</p>"),
    "/app/form": guarded(
        "<h1>Skjema</h1><form method=post action=/app/done><label>Navn <input name=navn></label><button>Lagre</button></form>"
    ),
    "/app/done": guarded("<h1>Ferdig</h1>"),
    "/app/logout": sign_out,
}
