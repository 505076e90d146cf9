"""What the machine must have for it: OpenLDAP, PHP and LDAP Account Manager, as Debian packages them.

`python -m sandbox.lam.machine` says what is missing, and ends with 0 when that is nothing.
"""

import shutil
import subprocess
import sys
from pathlib import Path

LAM = Path("/usr/share/ldap-account-manager")
SCHEMAS = Path("/etc/ldap/schema")
MODULES = Path("/usr/lib/ldap")
SLAPD = "/usr/sbin/slapd"
PHP = "php"
_EXTENSIONS = {"ldap", "mbstring", "xml", "gd", "gmp", "openssl", "gettext"}


def missing() -> list[str]:
    """The packages that are not there; nothing when it can start."""
    lacking = {
        "slapd": not Path(SLAPD).exists() or not SCHEMAS.is_dir() or not MODULES.is_dir(),
        "ldap-utils": shutil.which("ldapsearch") is None,
        "php-cli": shutil.which(PHP) is None,
        "ldap-account-manager": not (LAM / "templates/login.php").exists() or not _php_knows(_EXTENSIONS),
    }
    return [package for package, lacks in lacking.items() if lacks]


def _php_knows(extensions: set[str]) -> bool:
    if shutil.which(PHP) is None:
        return False
    modules = subprocess.run(
        [PHP, "-m"], capture_output=True, text=True, check=False
    ).stdout  # whichever PHP the machine has
    return extensions <= set(modules.lower().split())


if __name__ == "__main__":
    sys.exit(" ".join(missing()) or None)
