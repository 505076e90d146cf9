"""OpenLDAP's server with a network's tree, its rules for passwords, and a log of all that is read and written."""

from pathlib import Path

from sandbox.lam import ldap
from sandbox.lam.machine import MODULES, SCHEMAS, SLAPD
from sandbox.lam.tree import EVERYONE, EVERYONE_NUMBER, PLACES, Tree

LOG = "cn=logg"
"""Where the log of what was read and written lies."""

_CONFIG = """\
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/nis.schema
include {schemas}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
moduleload ppolicy
moduleload refint
moduleload unique
moduleload accesslog
pidfile {folder}/slapd.pid
sizelimit unlimited
threads 4
loglevel none

database mdb
suffix "{log}"
directory {folder}/logg
rootdn "{tree.console}"
maxsize 8589934592
dbnosync
index reqStart,objectClass eq

database mdb
suffix "{tree.suffix}"
directory {folder}/tre
rootdn "{tree.console}"
rootpw {password}
maxsize 1073741824
dbnosync
index objectClass,uid,memberUid,gidNumber,uidNumber eq
index cn,sn,givenName,mail eq,sub
access to attrs=userPassword
  by dn.children="{tree.robots}" write
  by self =xw
  by anonymous auth
access to *
  by dn.children="{tree.robots}" write
  by anonymous auth
  by users read
# A user name is unique in the whole tree.
overlay unique
unique_uri ldap:///{tree.people}?uid?sub
# A manager who is removed is nobody's manager, one who moves stays it.
overlay refint
refint_attributes manager
overlay ppolicy
ppolicy_default "{tree.policy}"
overlay accesslog
logdb {log}
logops reads writes
"""


def prepare(folder: Path, tree: Tree, password: str) -> None:
    """Write the server's configuration; its data are made at the first start and then stay."""
    for name in ("logg", "tre"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    config = _CONFIG.format(schemas=SCHEMAS, modules=MODULES, folder=folder, tree=tree, log=LOG, password=password)
    file = folder / "slapd.conf"
    file.touch(mode=0o600)
    file.write_text(config)


def command(folder: Path, address: str) -> list[str]:
    """The server in the foreground."""
    return [SLAPD, "-f", str(folder / "slapd.conf"), "-h", address, "-d", "none"]


def plant(server: ldap.Server, tree: Tree) -> None:
    """Make the tree, unless it is there."""
    if server.search(tree.suffix, "(objectClass=*)", "1.1", scope="base"):
        return
    rule = {"objectClass": ["device", "pwdPolicy"], "pwdAttribute": ["userPassword"], "pwdMustChange": ["TRUE"]}
    units = (f"ou=Passordregler,{tree.suffix}", tree.robots, tree.people, tree.groups)
    entries = [ldap.addition(tree.suffix, {"objectClass": ["domain"]})]
    entries += [ldap.addition(dn, {"objectClass": ["organizationalUnit"]}) for dn in units]
    entries.insert(2, ldap.addition(tree.policy, rule))
    server.apply("".join(entries) + usual(tree))


def usual(tree: Tree) -> str:
    """What people and groups begin with."""
    everyone = {"objectClass": ["posixGroup"], "gidNumber": [str(EVERYONE_NUMBER)]}
    places = [ldap.addition(tree.place(name), {"objectClass": ["organizationalUnit"]}) for name in PLACES]
    return ldap.addition(tree.group(EVERYONE), everyone) + "".join(places)


def appoint(server: ldap.Server, tree: Tree, robots: dict[str, str]) -> None:
    """Let exactly these administer the directory."""
    server.remove(tree.robots)
    kind = ["account", "simpleSecurityObject"]
    entries = [
        ldap.addition(tree.robot(name), {"objectClass": kind, "userPassword": [password]})
        for name, password in robots.items()
    ]
    server.apply("".join(entries))
