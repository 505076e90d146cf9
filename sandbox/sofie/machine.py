"""What the machine must have for it: an X server that is seen over VNC, a page that shows VNC, Python with Tk, a typeface.

`python -m sandbox.sofie.machine` says what is missing, and ends with 0 when that is nothing.
"""

import functools
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

X_SERVER: Final = "Xvnc"
TYPEFACE: Final = "DejaVu Sans"
_NOVNC: Final = (Path(sys.prefix) / "share/novnc", Path("/usr/share/novnc"))
_PYTHONS: Final = (sys.executable, "/usr/bin/python3")


def missing() -> list[str]:
    """The packages that are not there; nothing when it can start."""
    lacking = {
        "tigervnc-standalone-server": shutil.which(X_SERVER) is None,
        "novnc": novnc() is None,
        "python3-tk": python_with_tk() is None,
        "fonts-dejavu-core": not _has_typeface(),
    }
    return [package for package, lacks in lacking.items() if lacks]


def novnc() -> Path | None:
    """The folder with the files of noVNC."""
    return next((folder for folder in _NOVNC if (folder / "core/rfb.js").is_file()), None)


@functools.cache
def python_with_tk() -> str | None:
    """A Python that can draw windows: this one, or the machine's own."""
    return next((python for python in _PYTHONS if _succeeds(python, "-c", "import _tkinter")), None)


def _has_typeface() -> bool:
    # Without fontconfig's own word for it, the folder that every Debian has it in.
    if shutil.which("fc-list"):
        return _succeeds("sh", "-c", f"fc-list '{TYPEFACE}' | grep -q .")
    return Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists()


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(" ".join(missing()) or None)
