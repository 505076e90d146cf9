"""Where everything lies in a network's tree."""

from dataclasses import dataclass

PENDING_DELETE = "Slettes"
"""Where the accounts lie that wait to be deleted."""
PLACES = ("Administrasjon", "Helse", PENDING_DELETE, "Skole")
"""The places that every tree begins with."""
EVERYONE = "alle"
"""The primary group of every account, which the rules of Unix ask for; nobody is given anything by it."""
EVERYONE_NUMBER = 10000


def escaped(value: str) -> str:
    """A value as it is written in a distinguished name."""
    return "".join(f"\\{byte:02x}" if _is_special(byte) else chr(byte) for byte in value.encode())


def _is_special(byte: int) -> bool:
    return not chr(byte).isalnum() or byte > ord("z")


@dataclass(frozen=True)
class Tree:
    """The names of a network's entries."""

    network: str

    @property
    def suffix(self) -> str:
        return f"dc={self.network},dc=example"

    @property
    def people(self) -> str:
        return f"ou=Brukere,{self.suffix}"

    @property
    def groups(self) -> str:
        return f"ou=Grupper,{self.suffix}"

    @property
    def robots(self) -> str:
        """The accounts of those who administer the directory."""
        return f"ou=Roboter,{self.suffix}"

    @property
    def policy(self) -> str:
        return f"cn=standard,ou=Passordregler,{self.suffix}"

    @property
    def console(self) -> str:
        """Whom no rule holds: fills the tree before anything is tried on it."""
        return f"cn=kontroll,{self.suffix}"

    def place(self, name: str) -> str:
        return f"ou={escaped(name)},{self.people}"

    def account(self, user_name: str, place: str) -> str:
        return f"uid={escaped(user_name)},{self.place(place)}"

    def group(self, name: str) -> str:
        return f"cn={escaped(name)},{self.groups}"

    def robot(self, name: str) -> str:
        return f"uid={escaped(name)},{self.robots}"
