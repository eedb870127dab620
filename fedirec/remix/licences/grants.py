"""The words by which an author grants a licence, or agrees to terms, in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fedirec.remix.licences.known import UNKNOWN, Licence, find_licence

_VERSION: Final = r"(?P<named>[1-9][0-9]{0,6})"
_LICENCE: Final = (
    r"(?P<named>cc[ -]?0[ -]1\.0|cc[ -]by(?:[ -](?:nc|nd|sa)){0,2}[ -][0-9]\.[0-9]"
    r"|https?://creativecommons\.org/[a-z0-9./-]{1,60})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tongue:
    """How it is said in one language. All of it in small letters, and patterns without a way to run for long."""

    agreed: str
    """The sentence that is proposed, with a place for the licence."""
    grant: re.Pattern[str]
    accepted: str
    """The sentence by which terms are agreed to, with a place for their version."""
    acceptance: re.Pattern[str]
    greetings: str
    conditions: str


_TONGUES: Final[Mapping[str, _Tongue]] = {
    "en": _Tongue(
        agreed="I release this under {licence}",
        grant=re.compile(
            r"\bi\s+(?:release|license|licence|share|publish)\s+"
            r"(?:this|my\s+(?:post|work|reply|picture|photo|text|song|film|sound))\s+under\s+(?:the\s+)?" + _LICENCE
        ),
        accepted="I agree to version {version} of the terms",
        acceptance=re.compile(r"\bi\s+(?:agree\s+to|accept)\s+version\s+" + _VERSION + r"\s+of\s+the\s+terms\b"),
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
        accepted="Ich stimme Version {version} der Bedingungen zu",
        acceptance=re.compile(r"\bich\s+stimme\s+(?:der\s+)?version\s+" + _VERSION + r"\s+der\s+bedingungen\s+zu\b"),
        greetings="ja|gern|gerne|klar|danke|hallo|hi|natürlich|also|und|hier|gut|ok|okay",
        conditions="wenn|falls|sofern|aber|außer|nur|sobald|nachdem|bis|nicht|nie|kein|keine|vielleicht|würde|könnte|sollte",
    ),
    "fr": _Tongue(
        agreed="Je publie ceci sous {licence}",
        grant=re.compile(
            r"\bje\s+(?:publie|partage|diffuse)\s+(?:ceci|cela|ça|mon\s+(?:message|travail|image|texte|film)|ma\s+"
            r"(?:réponse|photo|chanson))\s+sous\s+(?:la\s+)?(?:licence\s+)?" + _LICENCE
        ),
        accepted="J'accepte la version {version} des conditions",
        acceptance=re.compile(r"\bj['\u2019]accepte\s+la\s+version\s+" + _VERSION + r"\s+des\s+conditions\b"),
        greetings="oui|merci|bonjour|salut|bien sûr|volontiers|et|alors|voilà|ok|d'accord",
        conditions="si|sauf|mais|seulement|uniquement|quand|après|jusqu|pas|jamais|peut-être|pourrais|devrais",
    ),
    "es": _Tongue(
        agreed="Publico esto bajo {licence}",
        grant=re.compile(
            r"\b(?:yo\s+)?(?:publico|comparto)\s+(?:esto|mi\s+(?:mensaje|trabajo|respuesta|imagen|foto|texto|canción))"
            r"\s+bajo\s+(?:la\s+)?(?:licencia\s+)?" + _LICENCE
        ),
        accepted="Acepto la versión {version} de las condiciones",
        acceptance=re.compile(r"\b(?:yo\s+)?acepto\s+la\s+versión\s+" + _VERSION + r"\s+de\s+las\s+condiciones\b"),
        greetings="sí|si|gracias|hola|claro|por supuesto|con gusto|y|aquí|bueno|ok|vale",
        conditions="si|salvo|pero|solo|sólo|solamente|cuando|después|hasta|no|nunca|quizás|quizá|podría|debería",
    ),
}
_GRANTS: Final = {language: tongue.grant for language, tongue in _TONGUES.items()}
_AGREEMENTS: Final = {language: tongue.acceptance for language, tongue in _TONGUES.items()}
_END: Final = re.compile(r"[.!?…]\s|\n")
_REACH: Final = 500
"""Characters before the sentence that are looked at."""
_AFTER: Final = re.compile(r"(?P<said>[^\n.!?…]{0,500})(?P<end>[.!?…]?)")
_QUOTE: Final = re.compile(r"[\"'>\u00ab\u00bb\u2018-\u201f\u2039\u203a]\s*\Z")
"""What stands before the words of somebody else; whoever says nothing besides has copied it with them."""
_NAMES: Final = re.compile(r"[@#]\S+")
_GREETINGS: Final = {
    language: re.compile(rf"(?:[\W_]|\b(?:{tongue.greetings})\b)*") for language, tongue in _TONGUES.items()
}
_CONDITIONS: Final = {language: re.compile(rf"\b(?:{tongue.conditions})\b") for language, tongue in _TONGUES.items()}


def agreed_words(licence: str, language: str) -> str:
    """The sentence that grants the licence called `licence`, in `language` where we know it there, else in English."""
    tongue = _TONGUES.get(language.partition("-")[0].lower(), _TONGUES["en"])
    return tongue.agreed.format(licence=licence)


def words_of_agreement(version: int, language: str) -> str:
    """The sentence that agrees to `version` of the terms, in `language` where we know it there, else in English."""
    tongue = _TONGUES.get(language.partition("-")[0].lower(), _TONGUES["en"])
    return tongue.accepted.format(version=version)


def find_grant(words: str) -> Licence | None:
    """The licence that the author of `words` grants with them, or None.

    The agreed sentence is "I release this under CC BY-SA 4.0" (or another licence, or its address), or what
    `agreed_words` says in another language. It stands alone or after a greeting: what is quoted, reported, denied,
    asked or bound to a condition grants nothing, for a licence cannot be taken back. A text that grants two different
    licences grants none.
    """
    found = {find_licence(name.rstrip(".")) for name in _named(words, _GRANTS)}
    return found.pop() if len(found) == 1 and UNKNOWN not in found else None


def find_agreement(words: str) -> int | None:
    """The version of the terms to which the author of `words` agrees with them, or None.

    The sentence is what `words_of_agreement` says in any of its languages, and stands as one of `find_grant` does.
    """
    found = {int(version) for version in _named(words, _AGREEMENTS)}
    return found.pop() if len(found) == 1 else None


def says_more(words: str) -> bool:
    """Whether `words` say something besides granting a licence, agreeing to terms and being polite."""
    rest = _flat(words)
    for pattern in (*_GRANTS.values(), *_AGREEMENTS.values()):
        rest = pattern.sub(" ", rest)
    rest = _NAMES.sub(" ", rest)
    return not any(polite.fullmatch(rest) for polite in _GREETINGS.values())


def _named(words: str, patterns: Mapping[str, re.Pattern[str]]) -> set[str]:
    """What the sentences of one kind in `words` name; nothing as soon as one of them is not meant."""
    found, text = set(), _flat(words)
    for language, pattern in patterns.items():
        for match in pattern.finditer(text):
            is_quoted = _QUOTE.search(text, 0, match.start()) is not None
            if not _is_meant(match, language) or (is_quoted and says_more(words)):
                return set()
            found.add(match["named"])
    return found


def _flat(words: str) -> str:
    return re.sub(r"[^\S\n]+", " ", words[:10_000].lower().replace("\r", "\n"))


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
