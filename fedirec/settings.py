"""Every setting, read once at start: from `fedirec.toml`, then `FEDIREC_…` variables, then flags.

What the operator changes while the instance runs (its name, rules, who may join) lives in the database instead.
The text beside each field is the operator's documentation; `docs/install.md` lists every one, and a test sees to that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from fedirec.errors import Invalid, Misconfigured
from fedirec.uris import origin_of

CONFIG_FILE: Final = "fedirec.toml"
RESTORING: Final = ".restoring"
"""The folder, inside the data folder, of a restore that has not ended. While it is there, nothing else counts."""
MEGABYTE: Final = 1_000_000
_PREFIX: Final = "FEDIREC_"
_WORDS: Final = {
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "string_type": "write it between quotation marks",
    "literal_error": "write {expected}",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
}
"""What to type instead, for the mistakes that pydantic tells in its own words."""


class Settings(BaseSettings):
    """How this process is configured; passed down, never imported as a global."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    data_dir: Path = Field(Path("fedirec-data"), description="Folder of the database, the media and the master key.")
    database_url: str = Field(
        "",
        description="postgres://host/name, with user:password@ before the host; empty means SQLite in the data folder.",
    )
    origin: str = Field(
        "", description="https://your.domain, if you want to fix it here; otherwise the setup page asks for it once."
    )
    host: str = Field("127.0.0.1", description="Address that the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the server listens on.")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="Networks of your reverse proxies; only they may say who the visitor is. Example: 127.0.0.1/32"
    )
    development: bool = Field(
        False,
        description="Federate over plain http and with private addresses. For demos and tests on one machine only.",
    )
    clock_offset: int = Field(
        0, description="Seconds by which this process lives in the future. Only with development switched on."
    )
    log_format: Literal["console", "json"] = Field("console", description="How log lines look: console or json.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged: debug, info, warning or error."
    )
    max_image_bytes: int = Field(16 * MEGABYTE, ge=1, description="Largest image that is accepted, in bytes.")
    max_audio_bytes: int = Field(99 * MEGABYTE, ge=1, description="Largest sound that is accepted, in bytes.")
    max_video_bytes: int = Field(99 * MEGABYTE, ge=1, description="Largest film that is accepted, in bytes.")
    guest_quota_bytes: int = Field(
        1_000 * MEGABYTE, ge=0, description="What the files of a guest may have together, in bytes; 0 for no limit."
    )
    member_quota_bytes: int = Field(
        10_000 * MEGABYTE, ge=0, description="What the files of a member may have together, in bytes; 0 for no limit."
    )
    team_quota_bytes: int = Field(
        0,
        ge=0,
        description="What the files of a moderator, treasurer, admin or owner may have together; 0 for no limit.",
    )
    max_open_uploads: int = Field(
        8, ge=1, le=100, description="Files that one person may have on their way here at once."
    )
    media_cache_bytes: int = Field(
        2000 * MEGABYTE, ge=0, description="Space for copies of other instances' media, in bytes; the oldest go first."
    )
    source_url: str = Field(
        "https://w3id.org/fedirec/",
        description="Where visitors find the source code of what runs here; change it when you change the code (AGPL).",
    )
    api_per_minute: int = Field(
        300,
        ge=1,
        le=1_000_000,
        description="Requests of one token to the API in a minute; strangers share one by address.",
    )
    deliveries_in_flight: int = Field(
        200, ge=1, le=2000, description="Requests to other instances that may be under way at once."
    )
    smtp_host: str = Field("", description="The server that takes mail from this instance; empty for no mail at all.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: 587 for starttls, 465 for implicit.")
    smtp_tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls", description="How the way there is encrypted: starttls, implicit, or none."
    )
    smtp_user: str = Field("", description="The name under which it lets this instance in, if it asks for one.")
    smtp_password: str = Field(
        "", repr=False, description="The password for that; put it into the file or the environment."
    )
    smtp_from: str = Field("", description="The address that mail comes from, such as fedirec@studio.example.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(CONFIG_FILE))

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(_network(part.strip()) for part in value.split(",") if part.strip())
        return tuple(_network(part) for part in value) if isinstance(value, list | tuple) else value

    @field_validator("origin")
    @classmethod
    def _one_spelling(cls, value: str) -> str:
        if not value:
            return value
        try:
            origin = origin_of(value)
        except Invalid as error:
            raise ValueError(f"{error}; write it like https://studio.example") from error
        if value.rstrip("/").lower() != origin:
            raise ValueError(f"an origin has no path; write {origin}")
        return origin

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and value.partition("://")[0] not in ("sqlite", "postgres", "postgresql", "asyncpg"):
            raise ValueError("write postgres://user:password@host/name, or leave it empty for SQLite")
        return value

    @model_validator(mode="after")
    def _development_only(self) -> Self:
        if self.clock_offset and not self.development:
            raise ValueError("clock_offset: this needs development = true")
        if self.origin.startswith("http://") and not self.development:
            raise ValueError("origin: write it with https:// (http:// is for development = true)")
        return self

    @model_validator(mode="after")
    def _mail_that_can_leave(self) -> Self:
        if not self.smtp_host:
            return self
        if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", self.smtp_from):
            raise ValueError("smtp_from: write the address that mail comes from, such as fedirec@studio.example")
        if bool(self.smtp_user) != bool(self.smtp_password):
            raise ValueError("smtp_user and smtp_password belong together: write both, or neither")
        if self.smtp_password and self.smtp_tls == "none" and not (self.development or is_loopback(self.smtp_host)):
            raise ValueError("smtp_tls: a password does not travel in the open; write starttls or implicit")
        return self

    @classmethod
    def load(cls, flags: Mapping[str, Any] | None = None) -> Settings:
        """The settings of this process; `flags` that are None are left to the file and the environment.

        Raises Misconfigured with one sentence for each mistake, naming the setting and what to type.
        """
        known = set(cls.model_fields)
        strangers = sorted(
            name
            for name in os.environ
            if name.startswith(_PREFIX)
            and name.removeprefix(_PREFIX).lower() not in known
            and not name.startswith("FEDIREC_TEST_")
        )
        if strangers:
            raise Misconfigured(f"there is no setting {strangers[0]}; docs/install.md lists them all")
        try:
            return cls(**{name: value for name, value in (flags or {}).items() if value is not None})
        except ValidationError as error:
            raise Misconfigured("; ".join(_sentence(mistake) for mistake in error.errors())) from error
        except ValueError as error:
            raise Misconfigured(f"{CONFIG_FILE} could not be read: {error}") from error

    @property
    def database(self) -> str:
        """The address of the database that is in use."""
        return self.database_url or f"sqlite://{self.data_dir}/fedirec.sqlite3"

    @property
    def on_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def master_key_file(self) -> Path:
        return self.data_dir / "master.key"

    @property
    def payees_key_file(self) -> Path:
        return self.data_dir / "payees.key"


def environment_without_settings() -> dict[str, str]:
    """The environment of this process without our variables, for a child that is told its settings as flags."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _network(text: object) -> IPv4Network | IPv6Network:
    """Raises ValueError with what to write."""
    try:
        return ip_network(str(text))
    except ValueError as error:
        try:
            meant = ip_network(str(text), strict=False)
        except ValueError:
            raise ValueError("write networks like 127.0.0.1/32, with commas between them") from error
        raise ValueError(f"{text} is an address within a network; write {meant}") from error


def _sentence(mistake: Any) -> str:
    name = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        return f"there is no setting {name}; docs/install.md lists them all"
    words = _WORDS.get(mistake["type"], mistake["msg"]).format_map(mistake.get("ctx", {}))
    words = words.removeprefix("Value error, ")
    if "password" in name:
        return f"{name}: {words}"
    return f"{name}: {words} (got {mistake['input']!r})" if name else words
