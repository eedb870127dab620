"""The words by which an author grants a licence, in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fedirec.remix.licences.known import UNKNOWN, Licence, find_licence

_LICENCE: Final = (
    r"(?P<licence>cc[ -]?0[ -]1\.0|cc[ -]by(?:[ -](?:nc|nd|sa)){0,2}[ -][0-9]\.[0-9]"
    r"|https?://creativecommons\.org/[a-z0-9./-]{1,60})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tongue:
    """How it is said in one language. All of it in small letters, and patterns without a way to run for long."""

    agreed: str
    """The sentence that is proposed, with a place for the licence."""
    grant: re.Pattern[str]
    greetings: str
    conditions: str


_TONGUES: Final[Mapping[str, _Tongue]] = {
    "en": _Tongue(
        agreed="I release this under {licence}",
        grant=re.compile(
            r"\bi\s+(?:release|license|licence|share|publish)\s+"
            r"(?:this|my\s+(?:post|work|reply|picture|photo|text|song|film|sound))\s+under\s+(?:the\s+)?" + _LICENCE
        ),
        greetings="sure|yes|yeah|okay|ok|hi|hello|hey|thanks|thank you|of course|gladly|happily|and|so|here|then|well"
        "|great",
        conditions="if|unless|but|except|only|provided|when|once|after|until|not|never|no|maybe|perhaps|would|could|should",
    ),
    "de": _Tongue(
        agreed="Ich veröffentliche das unter {licence}",
        grant=re.compile(
            r"\bich\s+(?:veröffentliche|teile|gebe)\s+(?:das|dies|dieses|es|mein(?:e|en)?\s+"
            r"(?:beitrag|werk|antwort|bild|foto|text|lied|film|aufnahme))\s+unter\s+(?:der\s+)?" + _LICENCE
        ),
        greetings="ja|gern|gerne|klar|danke|hallo|hi|natürlich|also|und|hier|gut|ok|okay",
        conditions="wenn|falls|sofern|aber|außer|nur|sobald|nachdem|bis|nicht|nie|kein|keine|vielleicht|würde|könnte|sollte",
    ),
    "fr": _Tongue(
        agreed="Je publie ceci sous {licence}",
        grant=re.compile(
            r"\bje\s+(?:publie|partage|diffuse)\s+(?:ceci|cela|ça|mon\s+(?:message|travail|image|texte|film)|ma\s+"
            r"(?:réponse|photo|chanson))\s+sous\s+(?:la\s+)?(?:licence\s+)?" + _LICENCE
        ),
        greetings="oui|merci|bonjour|salut|bien sûr|volontiers|et|alors|voilà|ok|d'accord",
        conditions="si|sauf|mais|seulement|uniquement|quand|après|jusqu|pas|jamais|peut-être|pourrais|devrais",
    ),
    "es": _Tongue(
        agreed="Publico esto bajo {licence}",
        grant=re.compile(
            r"\b(?:yo\s+)?(?:publico|comparto)\s+(?:esto|mi\s+(?:mensaje|trabajo|respuesta|imagen|foto|texto|canción))"
            r"\s+bajo\s+(?:la\s+)?(?:licencia\s+)?" + _LICENCE
        ),
        greetings="sí|si|gracias|hola|claro|por supuesto|con gusto|y|aquí|bueno|ok|vale",
        conditions="si|salvo|pero|solo|sólo|solamente|cuando|después|hasta|no|nunca|quizás|quizá|podría|debería",
    ),
}
_END: Final = re.compile(r"[.!?…]\s|\n")
_REACH: Final = 500
"""Characters before the sentence that are looked at."""
_AFTER: Final = re.compile(r"(?P<said>[^\n.!?…]{0,500})(?P<end>[.!?…]?)")
_NAMES: Final = re.compile(r"[@#]\S+")
_GREETINGS: Final = {
    language: re.compile(rf"(?:[\W_]|\b(?:{tongue.greetings})\b)*") for language, tongue in _TONGUES.items()
}
_CONDITIONS: Final = {language: re.compile(rf"\b(?:{tongue.conditions})\b") for language, tongue in _TONGUES.items()}


def agreed_words(licence: str, language: str) -> str:
    """The sentence that grants the licence called `licence`, in `language` where we know it there, else in English."""
    tongue = _TONGUES.get(language.partition("-")[0].lower(), _TONGUES["en"])
    return tongue.agreed.format(licence=licence)


def find_grant(words: str) -> Licence | None:
    """The licence that the author of `words` grants with them, or None.

    The agreed sentence is "I release this under CC BY-SA 4.0" (or another licence, or its address), or what
    `agreed_words` says in another language. It stands alone or after a greeting: what is reported, denied, asked or
    bound to a condition grants nothing, for a licence cannot be taken back. A text that grants two different licences
    grants none.
    """
    text = re.sub(r"[^\S\n]+", " ", words[:10_000].lower().replace("\r", "\n"))
    found = set()
    for language, tongue in _TONGUES.items():
        for match in tongue.grant.finditer(text):
            if not _is_meant(match, language):
                return None
            found.add(find_licence(match["licence"].rstrip(".")))
    return found.pop() if len(found) == 1 and UNKNOWN not in found else None


def _is_meant(match: re.Match[str], language: str) -> bool:
    """Whether whoever wrote the sentence says it of themselves, now and without a condition."""
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    ends = [end.end() for end in _END.finditer(before)]
    said_before = _NAMES.sub(" ", before[ends[-1] if ends else 0 :])
    after = _AFTER.match(match.string, match.end())
    assert after is not None
    return (
        _GREETINGS[language].fullmatch(said_before) is not None
        and _CONDITIONS[language].search(after["said"]) is None
        and after["end"] != "?"
    )
