"""The keys of a file: what they signed, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from fedirec.activitypub.authority import lists_key
from fedirec.activitypub.keys import PublicKey, read_public_key
from fedirec.activitypub.proofs import Proof
from fedirec.activitypub.vocab import Json
from fedirec.errors import FedirecError, Invalid, Unsupported
from fedirec.remix.lineage_file.contents import Key, LineageFile
from fedirec.remix.lineage_file.findings import AboutKey, Finding
from fedirec.remix.lineage_file.trust import KnownKeys
from fedirec.remix.lineage_file.witnesses import Statement, Witnessed, read_statement
from fedirec.uris import domain_of, origin_of

MAX_OF_ONE_NAME: Final = 16
"""Keys of one name that are tried: whoever makes a file decides how many there are, and how often each is tried."""
MAX_SAID: Final = 20
"""What is said of one key, one by one."""
_NO_KEY: Final = "missing"
_WRONG: Final = "wrong"
_STRANGE: Final = "strange"


class Signer:
    """What came of a proof: the key that made it, or why there is none."""

    __slots__ = ("owner", "problem", "public")

    def __init__(self, public: PublicKey | None = None, *, owner: str = "", problem: str = "") -> None:
        self.public = public
        self.owner = owner
        self.problem = problem

    @property
    def is_missing(self) -> bool:
        """Whether the file does not have the key that is named."""
        return self.problem == _NO_KEY

    @property
    def is_strange(self) -> bool:
        """Whether it was signed in a way that is not read here: that is neither right nor wrong."""
        return self.problem == _STRANGE

    @property
    def fingerprint(self) -> str | None:
        return self.public.fingerprint if self.public else None


class Keyring:
    """The keys of one file, and what is said about them."""

    def __init__(self, file: LineageFile, *, trusting: KnownKeys, now: datetime) -> None:
        self._file = file
        self._trusting = trusting
        self._now = now
        self._problems: list[tuple[Key, Finding]] = []
        self._usable: list[tuple[Key, PublicKey]] = []
        self._named: dict[str, list[tuple[Key, PublicKey]]] = {}
        for key in file.keys:
            self._add(key)
        self.about_witnesses: list[Finding] = []
        self._seen: dict[tuple[str, str], list[tuple[Statement, Witnessed]]] = {}
        """What was witnessed, by the owner of the key and its fingerprint."""
        self._heard: dict[str, dict[str, None]] = {}
        """Who has seen any key, by the owner of the key."""
        self._anchored: set[str] = set()
        """Witnesses whose own keys are known to whoever checks."""
        for document in file.witnesses:
            self._hear(document)

    def _add(self, key: Key) -> None:
        try:
            public = read_public_key(key.multibase)
            if public.multibase != key.multibase:
                raise Invalid("spelled in another way")
        except FedirecError:
            self._problems.append((key, Finding(code="key-unreadable", blanks={"key": key.id})))
            return
        if not lists_key(key.id, owner=key.owner, actor=key.owner):
            foreign = Finding(code="key-foreign", blanks={"key": key.id, "owner": key.owner})
            self._problems.append((key, foreign))
            return
        self._usable.append((key, public))
        if len(named := self._named.setdefault(key.id, [])) < MAX_OF_ONE_NAME:
            named.append((key, public))

    def _hear(self, document: Json) -> None:
        try:
            statement = read_statement(document)
        except FedirecError:
            self.about_witnesses.append(Finding(code="witness-unreadable"))
            return
        signer = self.signer_of(document)
        if signer is None or signer.public is None or signer.owner != statement.witness:
            self.about_witnesses.append(Finding(code="witness-wrong", blanks={"witness": statement.witness}))
            return
        if self._trusting.since(signer.owner, signer.public.fingerprint):
            self._anchored.add(statement.witness)
        for each in statement.witnessed:
            self._seen.setdefault((each.owner, each.fingerprint), []).append((statement, each))
            self._heard.setdefault(each.owner, {})[statement.witness] = None

    def signer_of(self, document: Json) -> Signer | None:
        """Who made the proof on `document`; None when there is none."""
        if "proof" not in document:
            return None
        try:
            proof = Proof.read(document)
        except Unsupported:
            return Signer(problem=_STRANGE)
        except FedirecError:
            return Signer(problem=_WRONG)
        if proof is None:
            return None
        candidates = self._named.get(proof.verification_method, [])
        for key, public in candidates:
            try:
                proof.verify(public, now=self._now)
            except FedirecError:
                continue
            return Signer(public, owner=key.owner)
        owner = candidates[0][0].owner if candidates else ""
        return Signer(owner=owner, problem=_WRONG if candidates else _NO_KEY)

    def about_file(self, document: Json) -> Finding:
        """Whether the file is as its maker signed it."""
        blanks = {"owner": self._file.exporter}
        signer = self.signer_of(document)
        if signer is None:
            return Finding(code="file-unsigned")
        if signer.is_strange:
            return Finding(code="file-proof-strange")
        if signer.is_missing:
            return Finding(code="file-key-missing")
        if signer.public is None or signer.owner != self._file.exporter:
            return Finding(code="file-proof-wrong", blanks=blanks)
        return Finding(code="file-signed", blanks=blanks, key=signer.fingerprint)

    def about_strangers(self) -> list[Finding]:
        """Whether anything that is witnessed rests on keys of witnesses that only the file brings."""
        relied_on = {
            statement.witness
            for (owner, _fingerprint), seen in self._seen.items()
            for statement, _each in seen
            if self._is_peer(statement.witness, owner)
        }
        return [Finding(code="witnesses-unknown")] if relied_on - self._anchored else []

    def _is_peer(self, witness: str, owner: str) -> bool:
        """Whether what `witness` says of the keys of `owner` is more than their own word, and that of the exporter."""
        domain = domain_of(origin_of(witness))
        return domain not in (domain_of(origin_of(owner)), domain_of(origin_of(self._file.exporter)))

    def about_keys(self) -> tuple[AboutKey, ...]:
        """Whose each key is, and who says so."""
        problems = [
            AboutKey(id=key.id, owner=key.owner, fingerprint="", findings=(finding,)) for key, finding in self._problems
        ]
        bound: dict[tuple[str, str], tuple[Finding, ...]] = {}
        for key, public in self._usable:
            if (name := (key.owner, public.fingerprint)) not in bound:
                bound[name] = tuple(self._binding(*name))
        usable = [
            AboutKey(
                id=key.id,
                owner=key.owner,
                fingerprint=public.fingerprint,
                findings=bound[key.owner, public.fingerprint],
            )
            for key, public in self._usable
        ]
        return (*usable, *problems)

    def _binding(self, owner: str, fingerprint: str) -> list[Finding]:
        found: list[Finding] = []
        if since := self._trusting.since(owner, fingerprint):
            if ended := self._trusting.until(owner, fingerprint):
                found.append(_finding("key-known-until", owner, since, until=_shown(ended)))
            else:
                found.append(_finding("key-known", owner, since))
        peers: list[Finding] = []
        others: list[Finding] = []
        seen = self._seen.get((owner, fingerprint), ())
        knowing = {statement.witness for statement, _each in seen}
        for statement, each in seen:
            domain = domain_of(origin_of(statement.witness))
            if domain == domain_of(origin_of(owner)):
                others.append(_finding("key-by-own-instance", owner, each.since))
            elif domain == domain_of(origin_of(self._file.exporter)):
                others.append(_finding("key-by-exporter", owner, each.since, witness=self._file.exporter))
            elif each.until:
                until = {"witness": statement.witness, "until": _shown(each.until)}
                peers.append(_finding("key-witnessed-until", owner, each.since, **until))
            else:
                peers.append(_finding("key-witnessed", owner, each.since, witness=statement.witness))
        found += [*peers, *others][:MAX_SAID]
        if peers and not since and self._trusting.knows(owner):
            return [*found, Finding(code="key-new-to-you", blanks={"owner": owner})]
        if since or peers:
            return found
        if self._trusting.knows(owner):
            return [*found, Finding(code="key-not-yours", blanks={"owner": owner})]
        strangers = (name for name in self._heard.get(owner, ()) if name not in knowing and name != self._file.exporter)
        if stranger := next(strangers, None):
            blanks: Mapping[str, str] = {"owner": owner, "witness": stranger}
            return [*found, Finding(code="key-contradicted", blanks=blanks)]
        return [*found, Finding(code="key-by-nobody", blanks={"owner": owner})]


def _finding(code: str, owner: str, since: datetime, **more: str) -> Finding:
    return Finding(code=code, blanks={"owner": owner, "since": _shown(since), **more})


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
