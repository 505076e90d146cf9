"""LDAP Account Manager: a private copy of the machine's own, with a profile for a network's tree."""

import shutil
from pathlib import Path

from sandbox.lam.machine import LAM, PHP
from sandbox.lam.tree import Tree

_HIDDEN = [
    "Street",
    "PostOfficeBox",
    "PostalCode",
    "Location",
    "State",
    "PostalAddress",
    "RegisteredAddress",
    "OfficeName",
    "RoomNumber",
    "TelephoneNumber",
    "HomeTelephoneNumber",
    "MobileNumber",
    "FaxNumber",
    "Pager",
    "LabeledURI",
    "JobTitle",
    "EmployeeType",
    "Ou",
    "O",
    "Initials",
    "userCertificate",
    "jpegPhoto",
    "displayName",
]
"""What nobody here keeps in the directory, and LAM therefore does not show."""

_MAIN = """\
password: lam
default: {tree.network}
sessionTimeout: 20
logLevel: 3
logDestination: {folder}/lam.log
configDatabaseType: files
"""

_PROFILE = """\
ServerURL: {ldap}
serverDisplayName: {tree.network}
Passwd: lam
defaultLanguage: en_GB.utf8
timeZone: Europe/Oslo
searchLimit: 0
referentialIntegrityOverlay: true
activeTypes: user,group
accessLevel: 100
loginMethod: search
loginSearchSuffix: {tree.robots}
loginSearchFilter: (&(objectClass=account)(uid=%USER%))
loginSearchDN: {tree.console}
loginSearchPassword: {password}
types: suffix_user: {tree.people}
types: attr_user: uid:User name;sn:Last name;givenName:First name;employeeNumber:Employee number;carLicense:Person key;\
departmentNumber:Departments;shadowExpire:Account expiration date;entryDN:DN
types: modules_user: inetOrgPerson,posixAccount,shadowAccount
types: suffix_group: {tree.groups}
types: attr_group: cn:Group name;description:Group description
types: modules_group: posixGroup
tools: treeViewSuffix: {tree.suffix}
tools: tool_hide_toolTests: true
tools: tool_hide_ImportExport: true
tools: tool_hide_toolFileUpload: true
tools: tool_hide_toolMultiEdit: true
tools: tool_hide_toolSchemaBrowser: true
modules: posixAccount_user_minUID: 10000
modules: posixAccount_user_maxUID: 999999
modules: posixAccount_user_uidGeneratorUsers: range
modules: posixAccount_user_userNameSuggestion:
modules: posixAccount_user_hidegecos: true
modules: posixAccount_user_hideCreateGroup: true
modules: posixAccount_shells: /bin/bash
modules: posixGroup_group_minGID: 10000
modules: posixGroup_group_maxGID: 999999
modules: posixGroup_group_gidGenerator: range
modules: posixGroup_pwdHash: SSHA
modules: posixAccount_pwdHash: SSHA
"""

_NEW_USER = """\
posixAccount_homeDirectory: /home/$user
posixAccount_loginShell: /bin/bash
posixAccount_primaryGroup: alle
shadowAccount_addExt: true
shadowAccount_shadowMax: 365
ldap_suffix: {tree.people}
ldap_rdn: uid
"""


def prepare(folder: Path, tree: Tree, ldap: str, password: str) -> None:
    """Copy what LAM looks for beside itself, leave the rest where it is, and write its configuration anew."""
    copy = folder / "lam"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(LAM / "lib", copy / "lib", ignore=shutil.ignore_patterns("3rdParty"))
    shutil.copytree(LAM / "templates", copy / "templates", ignore=shutil.ignore_patterns("lib"))
    for name in ("lib/3rdParty", "templates/lib", "graphics", "help", "style", "VERSION"):
        (copy / name).symlink_to(LAM / name)
    shutil.copy(LAM / "index.html", copy)
    for name in ("sess", "tmp/internal", "config/pdf", f"config/profiles/{tree.network}", "config/selfService"):
        (copy / name).mkdir(parents=True)
    shutil.copytree(LAM / "config-samples", copy / "config/templates")
    _write(copy / "config/language", "en_GB.utf8:UTF-8:English (Great Britain)\n")
    settings = {"tree": tree, "folder": folder, "ldap": ldap, "password": password}
    hidden = "".join(f"modules: inetOrgPerson_hide{name}: true\n" for name in _HIDDEN)
    _write(copy / "config/config.cfg", _MAIN.format(**settings))
    _write(copy / f"config/{tree.network}.conf", _PROFILE.format(**settings) + hidden)
    _write(copy / f"config/profiles/{tree.network}/default.user", _NEW_USER.format(**settings))


def command(folder: Path, host: str, port: int) -> list[str]:
    """PHP's own web server; four processes answer at once (`environment`)."""
    cookies = Path(__file__).with_name("own_cookies.php")
    settings = {
        "auto_prepend_file": cookies,
        "opcache.enable_cli": 1,
        "opcache.validate_timestamps": 0,
        "output_buffering": 1048576,  # a page goes out whole, and one that fails in the middle as an error
        "memory_limit": "512M",
        "max_input_vars": 10000,
        "display_errors": 0,
        "date.timezone": "Europe/Oslo",
    }
    options = [part for name, value in settings.items() for part in ("-d", f"{name}={value}")]
    kept = Path(__file__).with_name("kept.php")
    return [PHP, *options, "-S", f"{host}:{port}", "-t", str(folder / "lam"), str(kept)]


def environment(tree: Tree) -> dict[str, str]:
    return {"PHP_CLI_SERVER_WORKERS": "4", "LAM_NETWORK": tree.network}


def _write(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)
