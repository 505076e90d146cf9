"""An application of the older kind: a page of frames, with windows that open over them, save, and close themselves."""

from __future__ import annotations

from html import escape

from hard_pages import STUBBORN
from website import Answer, PageFunction, Visit, Website

FRAMES = """<!doctype html><title>Rammer</title><frameset rows="60,*"><frame name=topp src=/framed/menu>
<frameset cols="150,*"><frame name=tre src=/framed/tree><frame name=innhold src=/framed/start></frameset></frameset>"""

MENU = """<a href=/framed/start target=innhold>Hjem</a> <a href=/framed/register target=innhold>Register</a> <a href=/framed/list target=innhold>Liste</a>
<a href=/framed/slow target=innhold>Langsom</a> <a href=/framed/fields target=innhold>Felter</a>
<a href=/framed/postback target=innhold>Postback</a> <a href=/broken target=innhold>Feil</a>
<a href=/framed/message target=innhold>Melding</a> <a href=http://127.0.0.1:9/ target=innhold>Borte</a>
<a href=/framed/elsewhere target=innhold>Annet sted</a> <a href=/framed/record?navn=Fra+menyen target=innhold>Post</a>
<a href=/other target=_top>Ut</a> <a href=/empty target=innhold>Ingenting</a>
<button onclick="parent.frames.innhold.document.querySelector('h1').textContent = 'Endret'">Endre</button>
<button onclick="parent.frames.innhold.location.reload()">Oppdater</button>
<button onclick="alert('Ola Nordmann')">Varsel</button>"""

RECORD = """<h1>Post</h1><dl><dt>Navn</dt><dd>{name}</dd><dt>Visning</dt><dd>{shown}</dd></dl>
<button onclick="open('/framed/new', 'Ny post', 'popup,width=500,height=400')">Ny</button>
<button onclick="window.open('/framed/new?varsel=1', 'Ny post', 'popup,width=500,height=400')">Ny med varsel</button>
<button onclick="open('/framed/new', 'Ny post', 'noopener,width=500,height=400')">Ny uten åpner</button>
<button onclick="window.open('/broken', 'Ny post', 'popup')">Ny med feil</button>
<button onclick="window.open('http://127.0.0.1:9/', 'Ny post', 'popup')">Ny borte</button>
<button onclick="window.open('/framed/slow', 'Ny post', 'popup')">Ny langsom</button>
<button onclick="setTimeout(() => window.open('/framed/new', 'Ny post', 'popup'), 150)">Ny om litt</button>
<button>Ny som aldri kommer</button> <button onclick="window.open('/other', 'Reklame', 'popup')">Reklame</button>
<a href=/framed/new target="Ny post">Ny som lenke</a> <a href=/framed/new target=_blank>Ny som ikke ventes</a>"""

# Each of these windows saves what is typed, or says why not; a saved one shows its record where it was opened from.
NEW = """<h1>Ny post</h1>{told}<form method=post enctype="{enctype}"><label>Navn <input name=navn value="{name}"></label>
<label>Maske <input name=maske id=m></label><label>Fil <input type=file name=fil></label>
<button>Lagre</button></form><button onclick="window.close()">Avbryt</button><button onclick="alert('Ola Nordmann')">Varsel</button>
<button onclick="if (confirm('Sikker?')) document.title = 'ja'">Spørsmål</button>
<script>let typed = ''; m.addEventListener('keydown', e => {{ if (e.key.length === 1 && !e.ctrlKey) typed += e.key; }});
m.addEventListener('input', () => {{ m.value = typed; }});{script}</script>"""

DONE = """<p role=status>Lagret</p><script>opener.location.replace('/framed/record?navn={name}'); close();</script>"""


def signed_in(page: PageFunction) -> PageFunction:
    """Wherever somebody is who is not signed in, the sign-in comes."""

    def show(site: Website, visit: Visit) -> Answer | str:
        return page(site, visit) if site.signed_in else Answer("", 303, {"location": "/framed/sign-in"})

    return show


def sign_in(site: Website, visit: Visit) -> Answer | str:
    if visit.method == "POST":
        site.signed_in = True
        return Answer("", 303, {"location": "/framed"})
    return "<h1>Logg inn</h1><form method=post><label>Bruker <input name=user></label><button>Logg inn</button></form>"


def static(html: str) -> PageFunction:
    return signed_in(lambda _site, _visit: html)


def register(site: Website, visit: Visit) -> str:
    """Post and show itself again at the same address."""
    if visit.method == "POST":
        site.gate.wait(20)
    number = len(site.posts("/framed/register"))
    return f"""<h1>Register</h1><dl><dt>Nummer</dt><dd>{number}</dd><dt>Navn</dt><dd>{escape(visit.one("navn"))}</dd></dl>
<form method=post><label>Navn <input name=navn></label><button>Lagre</button></form>"""


def postback(site: Website, visit: Visit) -> Answer | str:
    """A choice makes the frame load itself anew; the gate holds that back, and one choice is answered with no page."""
    chosen = visit.one("fylke")
    if chosen:
        site.gate.wait(20)
    if chosen == "N":
        return Answer(status=204)
    towns = {"V": "<option>Voss", "T": "<option>Tromsø"}.get(chosen, "")
    fylker = "".join(f"<option{' selected' if key == chosen else ''} value={key}>{key}fylke" for key in "VTN")
    return f"""<h1>Postback</h1><form id=f><label>Fylke <select name=fylke onchange="f.submit()"><option value="">Velg{fylker}</select></label>
<label>By <select name=by><option value="">Velg{towns}</select></label><button formaction=/framed/record name=navn value=Valgt>Lagre</button></form>"""


def listed(_site: Website, _visit: Visit) -> str:
    rows = "".join(f"<tr><td>{name}<td><a href='/framed/record?navn={name}'>Åpne</a>" for name in ("Åse", "Per"))
    return f"<h1>Liste</h1><table><caption>Poster</caption><tr><th>Navn<th></th>{rows}</table>"


def record(site: Website, visit: Visit) -> str:
    """The gate holds back only what is shown after something was saved."""
    if site.posts("/framed/new"):
        site.gate.wait(20)
    shown = len([each for each in site.visits if each.path == "/framed/record"])
    return RECORD.format(name=escape(visit.one("navn")), shown=shown)


def new(site: Website, visit: Visit) -> str:
    script = "alert('Ola Nordmann')" if visit.one("varsel") else ""
    name = visit.one("navn")
    if visit.body.startswith(b"--"):
        content = visit.body.decode(errors="replace")
        name = content.split('name="navn"')[1].split("\r\n")[2]
    if visit.method == "POST" and name != "Avvist":
        return DONE.format(name=escape(name))
    told = "<p role=alert>Kan ikke lagres</p>" if visit.method == "POST" else ""
    return NEW.format(told=told, name=escape(name), script=script, enctype="multipart/form-data")


def slow(site: Website, _visit: Visit) -> str:
    site.gate.wait(20)
    return "<h1>Langsom</h1>"


def elsewhere(_site: Website, visit: Visit) -> str:
    return "<script>location.replace(location.href.replace('127.0.0.1', 'localhost').replace('elsewhere', 'start'))</script>"


FRAMED_PAGES: dict[str, PageFunction] = {
    "/framed": static(FRAMES),
    "/framed/menu": static(MENU),
    "/framed/tree": static("<h2>Tre</h2><iframe id=innerst src=/framed/list></iframe>"),
    "/framed/start": static("<h1>Velkommen</h1>"),
    "/framed/register": signed_in(register),
    "/framed/postback": signed_in(postback),
    "/framed/list": signed_in(listed),
    "/framed/fields": static(
        STUBBORN.replace(
            "<form method=post action=/saved>", "<form method=post action=/framed/upload enctype=multipart/form-data>"
        ).replace("<button id=b disabled>", "<label>Fil <input type=file name=fil></label><button id=b disabled>")
    ),
    "/framed/upload": static("<h1>Lagret</h1>"),
    "/framed/record": signed_in(record),
    "/framed/message": static("<h1>Post</h1><div role=dialog>Økten utløper</div>"),
    "/framed/new": signed_in(new),
    "/framed/slow": signed_in(slow),
    "/framed/elsewhere": signed_in(elsewhere),
    "/framed/sign-in": sign_in,
}
