"""Pages that answer late, out of order or not at all, and go on changing elsewhere meanwhile. The gate holds answers back."""

from __future__ import annotations

from website import Answer, PageFunction, Visit, Website

# Something changes all the time, as a clock does; it rests long enough to look as if it had come to rest.
TICKING = """<p id=tid></p><script>let rests = 0; setInterval(() => { if (Date.now() > rests) {
 tid.textContent = Date.now(); rests = Date.now() + 400; } }, 20)</script>"""

FRAMES = """<!doctype html><title>Rammer</title><frameset rows="60,*"><frame name=topp src=/late/menu>
<frameset cols="150,*"><frame name=tre src=/late/tree><frame name=innhold src={shown}></frameset></frameset>"""

MENU = """<button onclick="parent.frames.tre.location = '/late/tree?ny=1'; parent.frames.innhold.location = '/late/count?ny=1'">Begge</button>
<a href=/late/file target=tre>Hent fil</a>"""

NEW = """<h1>Ny</h1><p id=hvem>{who}</p><form method=post><label>Navn <input name=navn></label><button>Lagre</button></form>
<script>fetch('/gate').then(() => {{ if (location.search === '?kort=1') close(); }});</script>"""

# What is filled in is taken away again by the answer that opens the button.
TAKEN_AWAY = """<h1>Tatt</h1><form method=post action=/saved><label>Felt <input name=felt id=a></label><button id=b disabled>Lagre</button></form>
<script>a.onchange = () => { a.onchange = null; fetch('/gate').then(() => { a.value = ''; b.disabled = false; }); };</script>"""

# What is filled in makes the page ask for what belongs with it: a value of its own, and one in place of what was typed.
COMPLETED = """<h1>Utfylt</h1><form method=post action=/saved><label>Gate <input name=gate id=g></label><label>Postnummer <input name=nr id=n></label>
<input type=hidden name=sted id=s><button>Lagre</button></form>
<script>n.onchange = () => { n.onchange = null; fetch('/gate').then(() => { s.value = 'Bergen'; g.value = ''; }); };</script>"""


def counted(path: str, form: str = "<form method=post>", more: str = "") -> PageFunction:
    """Post and show itself again at the same address, with the number of times that it was posted."""

    def show(site: Website, visit: Visit) -> str:
        if visit.method == "POST":
            site.gate.wait(20)
        return f"""<h1>Teller</h1><p id=nr>{len(site.posts(path))}</p>
{form}<label>Navn <input name=navn></label><button id=lagre>Lagre</button></form><p id=s></p>{more}"""

    return show


def priced(site: Website, visit: Visit) -> str:
    """A choice posts the page, and only the answer knows the price that is to be saved."""
    if visit.one("knapp"):
        return "<h1>Lagret</h1>"
    chosen = visit.one("vare")
    if chosen:
        site.gate.wait(20)
    return f"""<h1>Pris</h1><form method=post id=f><input type=hidden name=pris value="{chosen and 100}"><label>Vare <select name=vare
 onchange="f.submit()"><option value="">Velg<option{" selected" if chosen else ""} value=1>Stol</select></label><button name=knapp value=1>Lagre</button></form>"""


def tree(site: Website, visit: Visit) -> str:
    if visit.one("ny"):
        site.gate.wait(20)
    times = sum(each.path == "/late/tree" for each in site.visits)
    return f"<h1>Tre</h1><p id=nr>{times}</p>{TICKING}"


def count(site: Website, visit: Visit) -> Answer | str:
    """Once posted, it has the tree loaded anew."""
    more = "<script>parent.frames.tre.location.reload()</script>" if visit.method == "POST" else ""
    return counted("/late/count", more=more)(site, visit)


def opener(site: Website, _visit: Visit) -> str:
    noticing = "const i = setInterval(() => { if (w.closed) { clearInterval(i); location.reload(); } }, 400)"
    saved = len(site.posts("/late/new")) if site.gate.is_set() else 0
    return f"""<h1>Post</h1><p id=nr>{saved}</p>{TICKING}
<button onclick="window.open('/late/new', 'Ny', 'popup')">Ny</button>
<button onclick="window.open('/late/new?kort=1', 'Ny', 'popup')">Ny som lukkes</button>
<button onclick="const w = window.open('/late/new?stille=1', 'Ny', 'popup'); {noticing}">Ny og vent</button>"""


def new(site: Website, visit: Visit) -> str:
    """A window that is long in saving, and closes itself: it has the page below loaded anew, or leaves that to it."""
    if visit.method == "POST":
        site.gate.wait(20)
        told = "" if visit.one("stille") else "opener.location.reload();"
        return f"<p>Lagret</p><script>{told} close();</script>"
    if len([each for each in site.visits if each.path == "/late/new"]) > 1:
        site.gate.wait(20)
    return NEW.format(who=visit.one("hvem") or "ingen")


def static(html: str) -> PageFunction:
    return lambda _site, _visit: html


_QUIET = "<script>addEventListener('beforeunload', e => e.stopImmediatePropagation(), {first})</script>"

LATE_PAGES: dict[str, PageFunction] = {
    "/late/frames": static(FRAMES.format(shown="/late/count")),
    "/late/frames/price": static(FRAMES.format(shown="/late/price")),
    "/late/menu": static(MENU),
    "/late/tree": tree,
    "/late/count": count,
    "/late/file": lambda _site, _visit: Answer("x", headers={"content-disposition": "attachment; filename=x.bin"}),
    "/late/price": priced,
    "/late/saying": counted("/late/saying", "<form method=post onsubmit=\"s.textContent = 'Lagrer'\">"),
    "/late/quiet": counted("/late/quiet", more=_QUIET.format(first="false")),
    "/late/quiet/first": counted("/late/quiet/first", more=_QUIET.format(first="true")),
    "/late/guarded": counted(
        "/late/guarded",
        more="<script>lagre.onclick = () => { lagre.disabled = true; setTimeout(() => lagre.form.submit(), 120); return false; }</script>",
    ),
    "/late/opener": opener,
    "/late/new": new,
    "/late/taken": static(TAKEN_AWAY),
    "/late/completed": static(COMPLETED),
}
