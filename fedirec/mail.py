"""The only door for mail: letters leave through `Mail`, to the one server that the operator names, or not at all.

A letter is plain text and simple HTML without pictures from elsewhere. Errors speak of codes, never of addresses: what
a mail server answers often repeats them.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from fedirec.clock import now
from fedirec.errors import Invalid, Misconfigured
from fedirec.settings import Settings
from fedirec.translatable import N_

MAX_BYTES: Final = 100_000
"""Of a letter as it is sent."""
MAX_ADDRESS: Final = 254
MAX_SUBJECT: Final = 150
"""Characters."""
_SECONDS: Final = 30.0
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""As in the HTML standard, for `<input type=email>`."""
_LASTING: Final = range(500, 600)
"""Answers that will be the same tomorrow (RFC 5321, section 4.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is to read."""

    to: str
    subject: str
    text: str
    html: str
    key: str
    """The same for the same letter, however often it is sent: its Message-ID comes from it."""
    sender_name: str = ""
    stop_url: str = ""
    """Where one post, without signing in, ends letters of this sort (RFC 8058); empty for those that come once."""


class Unsent(Exception):
    """A letter did not leave. `code` is what the server answered; `is_final` when it is the letter that it refuses."""

    def __init__(self, words: str, *, code: int | None = None, is_final: bool = False) -> None:
        super().__init__(words if code is None else f"{words} ({code})")
        self.code = code
        self.is_final = is_final


class Mail:
    """The door. `context` says which certificates are believed; without it those that this machine believes."""

    def __init__(self, settings: Settings, *, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._context = context

    @property
    def is_on(self) -> bool:
        """Whether this place sends mail at all."""
        return bool(self._settings.smtp_host)

    async def send(self, letter: Letter) -> None:
        """The mail server has taken the letter. Raises Unsent; Invalid for one that nobody could send."""
        if not self.is_on:
            raise Misconfigured("this place sends no mail: smtp_host is not set; see docs/install.md")
        settings, body = self._settings, build(letter, sender=self._settings.smtp_from)
        with _told_as_unsent():
            context = self._context or ssl.create_default_context()
            async with aiosmtplib.SMTP(
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                use_tls=settings.smtp_tls == "implicit",
                start_tls=settings.smtp_tls == "starttls",
                tls_context=None if settings.smtp_tls == "none" else context,
                username=settings.smtp_user or None,
                password=settings.smtp_password or None,
                timeout=_SECONDS,
            ) as server:
                await server.sendmail(settings.smtp_from, [letter.to], body)


def check_address(typed: str, *, field: str = "address") -> str:
    """`typed` as a mail address of one person. Raises Invalid."""
    address = typed.strip()
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Invalid(N_("Write the mail address like ana@studio.example."), field=field)
    return address


def build(letter: Letter, *, sender: str) -> bytes:
    """The letter as RFC 5322 has it. Raises Invalid for an address that is none, and for one that is too large.

    Nothing that people wrote can become a header: line breaks in the subject and in names are spaces.
    """
    to, domain = check_address(letter.to), sender.rpartition("@")[2]
    message = EmailMessage(policy=_Whole(linesep="\r\n"))
    message["From"] = Address(display_name=_line(letter.sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = _line(letter.subject)[:MAX_SUBJECT]
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    if letter.stop_url:
        message["List-Unsubscribe"] = f"<{letter.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    written = message.as_bytes()
    if len(written) > MAX_BYTES:
        raise Invalid("a letter of %(n)s bytes is too large", blanks={"n": len(written)})
    return written


class _Whole(EmailPolicy):
    """An address within `<…>` is never broken or encoded, or nobody could follow it."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@contextmanager
def _told_as_unsent() -> Generator[None]:
    """Whatever goes wrong within it is told without what the server said in words."""
    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as error:
        code = error.recipients[0].code
        raise Unsent("the mail server does not take this address", code=code, is_final=code in _LASTING) from None
    except aiosmtplib.SMTPAuthenticationError as error:
        raise Unsent("the mail server does not take the name and the password", code=error.code) from None
    except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
        lasting = isinstance(error, aiosmtplib.SMTPDataError) and error.code in _LASTING
        raise Unsent("the mail server does not take this letter", code=error.code, is_final=lasting) from None
    except aiosmtplib.SMTPResponseException as error:
        raise Unsent("the mail server refused", code=error.code) from None
    except ssl.SSLError as error:
        raise Unsent(f"the certificate of the mail server is not believed: {error.reason or 'no reason'}") from None
    except OSError as error:
        raise Unsent(f"the mail server cannot be reached: {type(error).__name__}") from None
    except aiosmtplib.SMTPException:
        raise Unsent(
            "the mail server does not offer the encryption or the way to sign in that smtp_tls and smtp_user ask for"
        ) from None
