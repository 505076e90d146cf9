"""Start the program on the display it is given: `python -m sandbox.sofie.program`, as the desktop does."""

import os
import tkinter as tk

from sandbox.sofie.program.desk import Desk
from sandbox.sofie.program.link import Link

if __name__ == "__main__":
    link = Link(os.environ["SOFIE_SERVER"], os.environ["SOFIE_KEY"])
    Desk(tk.Tk(className="Sofie"), link, os.environ["SOFIE_USER"]).run()
