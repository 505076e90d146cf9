"""ESA put together: its store, its frames, pages and windows, and its console."""

from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette

from sandbox.esa import codes
from sandbox.esa.case_file_windows import CaseFileWindows
from sandbox.esa.case_files import CaseFiles
from sandbox.esa.control import answers
from sandbox.esa.files import Files
from sandbox.esa.frames import Frames
from sandbox.esa.overviews import Overviews
from sandbox.esa.post_windows import PostWindows
from sandbox.esa.posts import Posts
from sandbox.esa.store import WRITES, Store
from sandbox.esa.windows import Windows
from sandbox.office.system import Options, System
from sandbox.office.view import Brand


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    brand = Brand(
        name="esa",
        home="/esa",
        folder=Path(__file__).parent,
        shared={"product": "ESA", "support": "arkivtjenesten, tlf. 73 00 00 02", "tabs": (), "codes": codes},
        filters={"ja_nei": codes.yes_no},
    )
    store = Store(options.database(brand.name), Files(options.data / "esa-dokumenter"))
    system = System(brand, options, saves=WRITES)
    sessions, gate, view = system.sessions, system.gate, system.view
    windows = Windows(store=store, gate=gate, view=view)
    pages = [
        *Frames(store=store, sessions=sessions, gate=gate, view=view).routes(),
        *CaseFileWindows(windows).routes(),
        *PostWindows(windows).routes(),
        *CaseFiles(store=store, sessions=sessions, gate=gate, view=view).routes(),
        *Posts(store=store, sessions=sessions, gate=gate, view=view).routes(),
        *Overviews(store=store, gate=gate, view=view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
