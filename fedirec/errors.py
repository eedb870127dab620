"""Everything that can go wrong on purpose.

* FedirecError
  - Invalid            400  the request or document makes no sense
  - Unauthenticated    401  we do not know who is asking
  - Forbidden          403  we know, and the answer is no
  - NotFound           404  never existed, as far as we can tell
  - Unacceptable       406  a form of answer that we do not give
  - Conflict           409  clashes with what is already true
  - Gone               410  existed once
  - Changed            412  not what it was when whoever asks last looked
  - TooLarge           413  more than we accept
  - WrongType          415  a kind of content that we do not read
  - Unsupported        422  well-formed, but not something fedirec does
    - Mistyped              and several places of it are wrong
  - TooMany            429  too often; try again later
  - Misconfigured      500  the operator has to change something; the message says what
  - PeerUnavailable    502  another instance did not answer; worth retrying
  - Busy               503  we cannot take more just now; worth retrying
  - Full               507  whoever asks has as much here as they may have

The message is always safe to send to whoever asked. The private reason travels as `__cause__`.
Raised anywhere, caught in `app.py`, the lane runner and the command line only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class FedirecError(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        blanks: Mapping[str, object] | None = None,
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        """What translators know, with blanks such as `%(host)s` where there are any."""
        self.blanks = dict(blanks or {})
        self.detail = self.message % self.blanks if self.blanks else self.message
        """What is wrong, in English unless whoever raised it has translated it."""
        self.field = field
        """The form field the message belongs beside, if there is one."""
        self.retry_after = retry_after
        """Seconds after which trying again makes sense, if that is known."""
        super().__init__(self.detail)


class Invalid(FedirecError):
    """That does not make sense here."""

    status = 400


class Unauthenticated(FedirecError):
    """A valid signature or sign-in is required."""

    status = 401


class Forbidden(FedirecError):
    """You may not do that."""

    status = 403


class NotFound(FedirecError):
    """There is nothing here."""

    status = 404


class Unacceptable(FedirecError):
    """Only JSON is spoken here."""

    status = 406


class Conflict(FedirecError):
    """That clashes with what is already true."""

    status = 409


class Gone(FedirecError):
    """This was deleted."""

    status = 410


class Changed(FedirecError):
    """Somebody changed that in the meantime. Please look again."""

    status = 412


class TooLarge(FedirecError):
    """That is larger than this instance accepts."""

    status = 413


class WrongType(FedirecError):
    """That kind of content is not read here."""

    status = 415


class Unsupported(FedirecError):
    """fedirec does not do that."""

    status = 422


class Mistyped(Unsupported):
    """Something in that is not as it should be."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        super().__init__()
        self.mistakes = mistakes
        """One sentence for each place with something wrong, by its JSON pointer."""


class TooMany(FedirecError):
    """That was too often. Please wait a little and try again."""

    status = 429
    retryable = True


class Misconfigured(FedirecError):
    """This instance is not set up correctly."""

    status = 500
    retryable = True  # work waits until the operator has put it right


class PeerUnavailable(FedirecError):
    """Another instance did not answer."""

    status = 502
    retryable = True


class Busy(FedirecError):
    """This instance is busy. Please try again in a moment."""

    status = 503
    retryable = True


class Full(FedirecError):
    """There is no more room for that."""

    status = 507
