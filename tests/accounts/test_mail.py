"""The door for mail, against a real mail server: what leaves, how, and what is refused."""

from __future__ import annotations

import ssl
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.clock import now
from fedirec.errors import Invalid, Misconfigured
from fedirec.mail import MAX_BYTES, Letter, Mail, Unsent, build, check_address
from fedirec.settings import Settings
from tests.postbox import PASSWORD, Postbox, certify, open_postbox

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
FROM = "fedirec@studio.example"
LONG = "https://" + "a" * 60 + ".example/mail/stop/1234567890.notices." + "b" * 22
LETTER = Letter(
    to="ana@mail.example",
    subject="Grüße an Ana",
    text="Hello there.\n",
    html="<p>Hello there.</p>",
    key="notices.1.2",
    sender_name="Studio",
    stop_url=LONG,
)


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certify(tmp_path_factory.mktemp("mail"))


def settings(box: Postbox | None = None, **given: object) -> Settings:
    told = {"smtp_host": "localhost", "smtp_from": FROM, "smtp_port": box.port if box else 25, **given}
    return Settings(**told)  # type: ignore[arg-type]


async def test_a_letter_arrives_encrypted_with_everything_that_programs_for_mail_look_for(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    theirs, ours = contexts
    for how in ("starttls", "implicit"):
        async with open_postbox(theirs, implicit=how == "implicit", asks=True) as box:
            told = settings(box, smtp_tls=how, smtp_user="fedirec", smtp_password=PASSWORD)
            await Mail(told, context=ours).send(LETTER)
            [letter] = box.letters
            assert box.recipients == [["ana@mail.example"]]
        assert letter["Subject"] == "Grüße an Ana"
        assert letter["From"] == f"Studio <{FROM}>"
        assert letter["To"] == "ana@mail.example"
        assert letter["Message-ID"] == "<notices.1.2@studio.example>"
        assert abs(parsedate_to_datetime(letter["Date"]) - now()).total_seconds() < 60
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert letter["List-Unsubscribe"] == f"<{LONG}>"
        assert f"List-Unsubscribe: <{LONG}>\r\n".encode() in box.raw[0]
        plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain is not None
        assert html is not None
        assert plain.get_content().replace("\r\n", "\n") == LETTER.text
        assert html.get_content().strip() == LETTER.html


async def test_nothing_leaves_when_the_way_is_not_as_safe_as_was_said(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    theirs, ours = contexts
    async with open_postbox(theirs, asks=True) as box:
        stranger = Mail(settings(box, smtp_user="fedirec", smtp_password=PASSWORD))
        with pytest.raises(Unsent, match="certificate"):
            await stranger.send(LETTER)
        wrong = Mail(settings(box, smtp_user="fedirec", smtp_password="wrong"), context=ours)
        with pytest.raises(Unsent, match="name and the password") as refused:
            await wrong.send(LETTER)
        assert not refused.value.is_final
        assert set(box.passwords) == {b"wrong"}
    async with open_postbox(asks=True) as bare:
        with pytest.raises(Unsent, match="does not offer the encryption") as raised:
            await Mail(settings(bare, smtp_user="fedirec", smtp_password=PASSWORD), context=ours).send(LETTER)
        assert not raised.value.is_final
        assert (bare.passwords, bare.letters) == ([], [])
    with pytest.raises(Unsent, match="cannot be reached"):
        await Mail(settings(bare), context=ours).send(LETTER)


async def test_what_the_server_says_of_a_letter_is_told_as_a_code_and_never_with_the_address() -> None:
    async with open_postbox() as box:
        mail = Mail(settings(box, smtp_tls="none"))
        for answer, is_final in (
            ("550 5.1.1 <ana@mail.example> is nobody", True),
            ("451 later, ana@mail.example", False),
        ):
            box.answers["ana@mail.example"] = answer
            with pytest.raises(Unsent) as raised:
                await mail.send(LETTER)
            assert (raised.value.code, raised.value.is_final) == (int(answer[:3]), is_final)
            assert "ana" not in str(raised.value)
            assert raised.value.__cause__ is None
        assert box.letters == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"smtp_host": "mx.example", "smtp_from": "nobody"}, "smtp_from"),
        ({"smtp_host": "mx.example", "smtp_from": "a@b\r\nBcc: x@y"}, "smtp_from"),
        ({"smtp_host": "mx.example", "smtp_from": FROM, "smtp_user": "me"}, "belong together"),
        (
            {"smtp_host": "mx.example", "smtp_from": FROM, "smtp_user": "u", "smtp_password": "p", "smtp_tls": "none"},
            "does not travel in the open",
        ),
        ({"smtp_host": "mx.example", "smtp_from": FROM, "smtp_tls": "perhaps"}, "smtp_tls"),
    ],
)
def test_settings_for_mail_that_cannot_work_are_refused_at_the_start(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        Settings.load(given)


def test_a_password_is_in_no_error_and_in_nothing_that_shows_the_settings() -> None:
    with pytest.raises(Misconfigured) as raised:
        Settings.load({"smtp_password": 12345})
    assert "12345" not in str(raised.value)
    open_to_itself = settings(smtp_user="u", smtp_password="hidden words", smtp_tls="none")
    assert "hidden words" not in repr(open_to_itself)
    for also in ("127.0.0.1", "::1"):
        assert settings(smtp_host=also, smtp_user="u", smtp_password="p", smtp_tls="none").smtp_password == "p"


@given(subject=st.text(max_size=300), name=st.text(max_size=100), text=st.text(max_size=300))
def test_whatever_people_wrote_stays_one_header_or_in_the_body(subject: str, name: str, text: str) -> None:
    written = build(
        Letter(to="ana@mail.example", subject=subject, text=text, html="<p>x</p>", key="k", sender_name=name),
        sender=FROM,
    )
    letter = message_from_bytes(written, policy=policy.default)
    assert sorted(letter.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert letter["To"] == "ana@mail.example"
    assert [each.addr_spec for each in letter["From"].addresses] == [FROM]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "@b.example",
        "ana@b.example\r\nBcc: x@y.example",
        "a b@c.example",
        "<ana@b.example>",
        "a@b,c@d",
    ],
)
def test_what_is_no_address_of_one_person_is_none(typed: str) -> None:
    with pytest.raises(Invalid):
        check_address(typed)


def test_a_letter_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="too large"):
        build(
            Letter(to="ana@b.example", subject="s", text="a" * MAX_BYTES, html="", key="k"),
            sender=FROM,
        )


async def test_without_a_server_nothing_is_sent(tmp_path: Path) -> None:
    mail = Mail(Settings.load({"data_dir": tmp_path}))
    assert not mail.is_on
    with pytest.raises(Misconfigured, match="smtp_host"):
        await mail.send(LETTER)
