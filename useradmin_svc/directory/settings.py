"""Which product each network's directory is administered with, and what its administrators' remarks mean."""

from __future__ import annotations

from enum import StrEnum

from pydantic_settings import BaseSettings, SettingsConfigDict

from useradmin_svc.directory.entry import Network


class Product(StrEnum):
    """A web application in which a directory is administered, and whose pages Roger knows."""

    LAM = "lam"
    KATALOG = "katalog"


class DirectorySettings(BaseSettings):
    """How Roger works in the two directories."""

    model_config = SettingsConfigDict(env_prefix="ROGER_DIRECTORY_", extra="ignore")

    tknett: Product = Product.LAM
    """What TK-nett's directory is administered with: LDAP Account Manager, or the sandbox's Katalog."""
    elevnett: Product = Product.LAM
    """The same of elevnett."""
    security_words: tuple[str, ...] = ("sikkerhet",)
    """An account whose remark holds one of these, in whatever case, was disabled for the sake of security: only a
    person opens it again."""

    def product(self, network: Network) -> Product:
        return self.tknett if network is Network.TK else self.elevnett
