"""Ways of paying over a network, against the documented APIs as processes: paid once at most, whatever goes wrong."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from fedirec.clock import now
from fedirec.errors import Conflict, Invalid, Misconfigured
from fedirec.net import Net
from fedirec.payouts.adapters import asking
from fedirec.payouts.adapters.catalogue import LABELS, Accounts, open_adapters
from fedirec.payouts.adapters.paypal import PayPal, PayPalAccount
from fedirec.payouts.adapters.protocol import (
    Attempt,
    Cause,
    FileAdapter,
    Kind,
    NetworkAdapter,
    Outcome,
    Standing,
    key_of,
    refuse_amount,
)
from fedirec.payouts.adapters.sepa import Payer
from fedirec.payouts.adapters.stripe import Stripe, StripeAccount
from tests.conftest import Pass
from tests.payouts.fakes import paypal as paypal_api
from tests.payouts.fakes import stripe as stripe_api
from tests.payouts.fakes.process import Fake, running

PAYPAL: Final = "POST /v1/payments/payouts"
LOOK: Final = "GET /v1/payments/payouts/"
TOKEN: Final = "POST /v1/oauth2/token"
STRIPE: Final = "POST /v1/transfers"
LIST: Final = "GET /v1/transfers"
DETAILS: Final = {"paypal": {"email": "ana@payee.example"}, "stripe": {"account": "acct_1Payee0000000001"}}
MONTH: Final = timedelta(days=31)


@pytest.fixture(scope="module")
def fakes() -> Iterator[dict[str, Fake]]:
    with running("tests.payouts.fakes.paypal") as first, running("tests.payouts.fakes.stripe") as second:
        yield {"paypal": first, "stripe": second}


@pytest.fixture
async def net() -> AsyncGenerator[Net]:
    async with Net(development=True, user_agent="fedirec") as net:
        yield net


@pytest.fixture
def paypal(fakes: dict[str, Fake]) -> Fake:
    fakes["paypal"].tell(reset=True)
    return fakes["paypal"]


@pytest.fixture
def stripe(fakes: dict[str, Fake]) -> Fake:
    fakes["stripe"].tell(reset=True)
    return fakes["stripe"]


@pytest.fixture
def by_paypal(paypal: Fake, net: Net) -> PayPal:
    return PayPal(
        PayPalAccount(client_id=paypal_api.CLIENT, secret=paypal_api.SECRET, base=paypal.address),
        net,
    )


@pytest.fixture
def by_stripe(stripe: Fake, net: Net) -> Stripe:
    return Stripe(StripeAccount(secret_key=stripe_api.KEY, base=stripe.address), net)


def attempt(adapter: NetworkAdapter, **changes: Any) -> Attempt:
    given: dict[str, Any] = {
        "key": key_of(uuid4()),
        "amount": 1234,
        "currency": "EUR",
        "details": DETAILS[adapter.name],
        "message": "Your share of “Lanterns”",
    }
    return Attempt(**(given | changes))


async def sent_again(adapter: NetworkAdapter, first: Attempt) -> Outcome:
    """What whoever calls does after UNKNOWN: ask, and send the same again only when nobody has heard of it."""
    again = replace(first, first_sent_at=first.first_sent_at or now())
    asked = await adapter.ask(again)
    return await adapter.submit(again) if asked.standing is Standing.UNHEARD else asked


async def followed(adapter: NetworkAdapter, first: Attempt, outcome: Outcome) -> list[Outcome]:
    """What is heard, until it stays the same for three times."""
    heard = [outcome]
    while len(heard) < 3 or heard[-3:] != [heard[-1]] * 3:
        heard.append(await adapter.ask(replace(first, reference=heard[-1].reference, first_sent_at=now())))
    return heard


async def test_paypal_pays_once_and_says_so_with_its_fee(by_paypal: PayPal, paypal: Fake) -> None:
    first = attempt(by_paypal, amount=5)
    heard = await followed(by_paypal, first, await by_paypal.submit(first))
    [[reference, key, item]] = paypal.tell()["batches"]
    standings = list(dict.fromkeys(each.standing for each in heard))
    assert standings == [Standing.ACCEPTED, Standing.PENDING, Standing.SETTLED]
    assert (heard[-1].reference, heard[-1].fee, heard[-1].fee_currency) == (reference, 25, "EUR")
    assert (key, item["sender_item_id"]) == (first.key, first.key)
    assert (item["receiver"], item["amount"]) == ("ana@payee.example", {"value": "0.05", "currency": "EUR"})


async def test_stripe_pays_once_and_says_so(by_stripe: Stripe, stripe: Fake) -> None:
    first = attempt(by_stripe)
    outcome = await by_stripe.submit(first)
    [transfer] = stripe.tell()["transfers"]
    assert outcome == Outcome(standing=Standing.SETTLED, reference=transfer["id"])
    assert (transfer["amount"], transfer["currency"]) == (1234, "eur")
    assert (transfer["destination"], transfer["transfer_group"]) == (first.details["account"], first.key)
    assert await by_stripe.ask(replace(first, reference=outcome.reference)) == outcome


def rejected(name: str) -> dict[str, Any]:
    """An error in the words of PayPal, and in those of Stripe."""
    message = "for ana@payee.example"
    return {"name": name, "message": message, "error": {"type": "invalid_request_error", "code": name}}


TROUBLES: Final[dict[str, tuple[dict[str, Any], Standing, int]]] = {
    # what goes wrong; what is known after the first try; how many payments there are then
    "500 before it is worked on": ({"status": 500, "json": rejected("INTERNAL_ERROR")}, Standing.UNKNOWN, 0),
    "500 after it was worked on": ({"status": 500, "when": "after"}, Standing.UNKNOWN, 1),
    "503 and a page": ({"status": 503, "body": "<h1>Back soon</h1>", "when": "after"}, Standing.UNKNOWN, 1),
    "504": ({"status": 504, "json": rejected("REQUEST_TIMEOUT_EXCEEDED"), "when": "after"}, Standing.UNKNOWN, 1),
    "408": ({"status": 408, "json": rejected("TIMEOUT"), "when": "after"}, Standing.UNKNOWN, 1),
    "cut before": ({"cut": True}, Standing.UNKNOWN, 0),
    "cut after": ({"cut": True, "when": "after"}, Standing.UNKNOWN, 1),
    "a success that cannot be read": ({"status": 200, "body": '{"id": "tr_', "when": "after"}, Standing.UNKNOWN, 1),
    "a success about nothing": ({"status": 201, "body": "[]", "when": "after"}, Standing.UNKNOWN, 1),
    "a refusal in nobody's words": ({"status": 400, "body": "no", "when": "after"}, Standing.UNKNOWN, 1),
    "a way to somewhere else": ({"status": 307, "headers": {"location": "/v1/elsewhere"}}, Standing.UNKNOWN, 0),
}


@pytest.mark.parametrize("name", ["paypal", "stripe"])
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_nothing_that_goes_wrong_on_the_way_pays_twice_or_not_at_all(
    name: str, trouble: str, by_paypal: PayPal, by_stripe: Stripe, fakes: dict[str, Fake]
) -> None:
    adapter: NetworkAdapter = by_paypal if name == "paypal" else by_stripe
    fake, first = fakes[name], attempt(adapter)
    wrong, standing, paid = TROUBLES[trouble]
    at = PAYPAL if name == "paypal" else STRIPE
    fake.break_next(at, **wrong)
    outcome = await adapter.submit(first)
    told = fake.tell()
    assert (outcome.standing, len(told["paid"]), told["seen"].count(at)) == (standing, paid, 1)
    for _ in range(3):
        heard = await followed(adapter, first, await sent_again(adapter, first))
        assert heard[-1].standing is Standing.SETTLED
    assert fake.tell()["paid"] == [first.key]


REFUSALS: Final[list[tuple[str, dict[str, Any], Cause, str]]] = [
    (
        "paypal",
        {"status": 401, "json": rejected("AUTHENTICATION_FAILURE"), "twice": True},
        Cause.OURS,
        "AUTHENTICATION",
    ),
    ("paypal", {"status": 403, "json": rejected("AUTHORIZATION_ERROR")}, Cause.OURS, "AUTHORIZATION_ERROR"),
    ("paypal", {"status": 403, "json": rejected("SENDER_RESTRICTED")}, Cause.OURS, "SENDER_RESTRICTED"),
    ("paypal", {"status": 422, "json": rejected("INSUFFICIENT_FUNDS")}, Cause.OURS, "INSUFFICIENT_FUNDS"),
    ("paypal", {"status": 429, "json": rejected("RATE_LIMIT_REACHED")}, Cause.PASSING, "RATE_LIMIT_REACHED"),
    ("stripe", {"status": 401, "json": {"error": {"type": "invalid_request_error"}}}, Cause.OURS, "invalid_request"),
    ("stripe", {"status": 403, "json": {"error": {"type": "invalid_request_error"}}}, Cause.OURS, "invalid_request"),
    (
        "stripe",
        {"status": 429, "json": {"error": {"type": "invalid_request_error", "code": "rate_limit"}}},
        Cause.PASSING,
        "rate_limit",
    ),
    (
        "stripe",
        {"status": 429, "json": {"error": {"type": "invalid_request_error", "code": "lock_timeout"}}},
        Cause.PASSING,
        "lock_timeout",
    ),
]


@pytest.mark.parametrize(
    ("name", "refusal", "cause", "code"), REFUSALS, ids=[f"{each[0]} {each[3]}" for each in REFUSALS]
)
async def test_a_refusal_is_certain_the_first_time_and_proves_nothing_the_second(
    name: str,
    refusal: dict[str, Any],
    cause: Cause,
    code: str,
    by_paypal: PayPal,
    by_stripe: Stripe,
    fakes: dict[str, Fake],
) -> None:
    adapter: NetworkAdapter = by_paypal if name == "paypal" else by_stripe
    fake, at, told = fakes[name], PAYPAL if name == "paypal" else STRIPE, dict(refusal)
    times = 2 if told.pop("twice", False) else 1

    def refuse() -> None:
        for _ in range(times):
            fake.break_next(at, headers={"retry-after": "120"}, **told)

    refuse()
    outcome = await adapter.submit(attempt(adapter))
    assert (outcome.standing, outcome.cause, outcome.retry_after) == (Standing.REFUSED, cause, 120)
    assert (outcome.code or "").startswith(code)
    assert "ana@" not in str(outcome)
    assert fake.tell()["paid"] == []

    first = attempt(adapter)
    fake.break_next(at, cut=True)
    assert (await adapter.submit(first)).standing is Standing.UNKNOWN
    refuse()
    assert (await sent_again(adapter, first)).standing is Standing.UNKNOWN
    assert (await followed(adapter, first, await sent_again(adapter, first)))[-1].standing is Standing.SETTLED
    assert fake.tell()["paid"] == [first.key]


async def test_a_token_that_ran_out_is_renewed_and_the_payment_goes_through(by_paypal: PayPal, paypal: Fake) -> None:
    await by_paypal.submit(attempt(by_paypal))
    paypal.tell(forget_tokens=True)
    second = attempt(by_paypal)
    outcome = await by_paypal.submit(second)
    paypal.tell(forget_tokens=True)
    asked = await by_paypal.ask(replace(second, reference=outcome.reference, first_sent_at=now()))
    assert (outcome.standing, asked.standing) == (Standing.ACCEPTED, Standing.ACCEPTED)
    assert [each for each in paypal.tell()["seen"] if each.startswith(TOKEN)] == [TOKEN] * 3


async def test_a_token_is_asked_for_again_only_when_it_runs_out(
    by_paypal: PayPal, paypal: Fake, time_passes: Pass
) -> None:
    for _ in range(3):
        await by_paypal.submit(attempt(by_paypal))
    assert paypal.tell()["seen"].count(TOKEN) == 1
    time_passes(timedelta(hours=9))
    await by_paypal.submit(attempt(by_paypal))
    assert paypal.tell()["seen"].count(TOKEN) == 2


@pytest.mark.parametrize(
    ("trouble", "cause"),
    [
        ({"status": 401}, Cause.OURS),
        ({"status": 429}, Cause.PASSING),
        ({"cut": True}, Cause.PASSING),
        ({"status": 503}, Cause.PASSING),
    ],
    ids=["401", "429", "cut", "503"],
)
async def test_nothing_is_sent_without_a_token(
    trouble: dict[str, Any], cause: Cause, by_paypal: PayPal, paypal: Fake
) -> None:
    paypal.break_next(TOKEN, **trouble)
    outcome = await by_paypal.submit(attempt(by_paypal))
    assert (outcome.standing, outcome.cause) == (Standing.REFUSED, cause)
    assert paypal.tell()["seen"] == [TOKEN]


async def test_wrong_credentials_pay_nothing_and_stand_nowhere(paypal: Fake, stripe: Fake, net: Net) -> None:
    known = PayPalAccount(client_id="client", secret="planted-wrong", base=paypal.address)
    outcome = await PayPal(known, net).submit(attempt(PayPal(known, net)))
    assert (outcome.standing, outcome.cause) == (Standing.REFUSED, Cause.OURS)
    key = StripeAccount(secret_key="sk_live_planted", base=stripe.address)
    other = await Stripe(key, net).submit(attempt(Stripe(key, net)))
    assert (other.standing, other.cause) == (Standing.REFUSED, Cause.OURS)
    assert "planted" not in f"{known!r} {key!r} {outcome!r} {other!r}"


FATES: Final = [
    ("failed", Standing.REFUSED, "RECEIVER_ACCOUNT_LOCKED", Cause.THEIRS),
    ("blocked", Standing.REFUSED, "BLOCKED", Cause.OURS),
    ("hold", Standing.PENDING, "ONHOLD", None),
    ("unclaimed", Standing.UNCLAIMED, "RECEIVER_UNREGISTERED", None),
    ("refunded", Standing.RETURNED, "REFUNDED", None),
    ("reversed", Standing.RETURNED, "REVERSED", None),
]


@pytest.mark.parametrize(("name", "standing", "code", "cause"), FATES, ids=[each[0] for each in FATES])
async def test_paypal_tells_what_became_of_it(
    name: str, standing: Standing, code: str, cause: Cause | None, by_paypal: PayPal
) -> None:
    first = attempt(by_paypal, details={"email": f"{name}@payee.example"})
    heard = await followed(by_paypal, first, await by_paypal.submit(first))
    end = heard[-1]
    assert (end.standing, end.code, end.cause) == (standing, code, cause)
    assert end.came_back == (1234 if standing is Standing.RETURNED else 0)
    assert "payee.example" not in str(end)
    if name == "blocked":
        went = [each.standing for each in heard]
        assert went[-5] is went[-4] is Standing.PENDING, "while the batch goes on, that is not its end"


async def test_what_nobody_takes_comes_back_after_thirty_days(by_paypal: PayPal, paypal: Fake) -> None:
    first = attempt(by_paypal, details={"email": "unclaimed@payee.example"})
    heard = await followed(by_paypal, first, await by_paypal.submit(first))
    assert heard[-1].standing is Standing.UNCLAIMED
    paypal.tell(later=MONTH.total_seconds(), forget_tokens=True)
    heard = await followed(by_paypal, first, heard[-1])
    assert (heard[-1].standing, heard[-1].came_back) == (Standing.RETURNED, 1234)


async def test_a_batch_that_is_denied_pays_nothing(by_paypal: PayPal, paypal: Fake) -> None:
    paypal.tell(denies=True)
    first = attempt(by_paypal)
    heard = await followed(by_paypal, first, await by_paypal.submit(first))
    assert (heard[-1].standing, heard[-1].cause) == (Standing.REFUSED, Cause.OURS)
    assert heard[-1].code == "INSUFFICIENT_FUNDS"


async def test_paypal_refuses_an_address_that_is_none(by_paypal: PayPal, paypal: Fake) -> None:
    outcome = await by_paypal.submit(attempt(by_paypal, details={"email": "nobody"}))
    assert (outcome.standing, outcome.cause, outcome.code) == (Standing.REFUSED, Cause.THEIRS, "VALIDATION_ERROR")
    assert paypal.tell()["paid"] == []


async def test_too_little_money_after_a_lost_answer_does_not_look_like_nothing_was_paid(
    by_paypal: PayPal, paypal: Fake
) -> None:
    first = attempt(by_paypal)
    paypal.break_next(PAYPAL, when="after", cut=True)
    assert (await by_paypal.submit(first)).standing is Standing.UNKNOWN
    paypal.tell(balance=0)
    outcome = await sent_again(by_paypal, first)
    assert (outcome.standing, outcome.code) == (Standing.UNKNOWN, "INSUFFICIENT_FUNDS")
    paypal.tell(balance=100)
    assert (await followed(by_paypal, first, await sent_again(by_paypal, first)))[-1].standing is Standing.SETTLED
    assert paypal.tell()["paid"] == [first.key]


async def test_a_duplicate_that_cannot_be_looked_up_just_now_is_asked_about_later(
    by_paypal: PayPal, paypal: Fake
) -> None:
    first = attempt(by_paypal)
    paypal.break_next(PAYPAL, when="after", cut=True)
    await by_paypal.submit(first)
    paypal.break_next(LOOK, status=503)
    outcome = await sent_again(by_paypal, first)
    [[reference, *_]] = paypal.tell()["batches"]
    assert (outcome.standing, outcome.reference) == (Standing.UNKNOWN, reference)
    assert (await followed(by_paypal, first, outcome))[-1].standing is Standing.SETTLED


async def test_a_reference_that_paypal_cannot_have_given_is_not_taken_for_none(by_paypal: PayPal, paypal: Fake) -> None:
    written = attempt(by_paypal, reference="../../v1/oauth2?x", first_sent_at=now())
    assert (await by_paypal.ask(written)).standing is Standing.UNKNOWN
    assert (await by_paypal.submit(written)).standing is Standing.UNKNOWN
    assert paypal.tell()["seen"] == []


@pytest.mark.parametrize("name", ["paypal", "stripe"])
async def test_who_answers_too_late_may_have_paid(
    name: str, by_paypal: PayPal, by_stripe: Stripe, fakes: dict[str, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter: NetworkAdapter = by_paypal if name == "paypal" else by_stripe
    first = attempt(adapter)
    fakes[name].break_next(PAYPAL if name == "paypal" else STRIPE, when="after", sleep=0.6, status=201)
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    assert (await adapter.submit(first)).standing is Standing.UNKNOWN
    monkeypatch.undo()
    assert (await followed(adapter, first, await sent_again(adapter, first)))[-1].standing is Standing.SETTLED
    assert fakes[name].tell()["paid"] == [first.key]


async def test_a_duplicate_without_a_link_is_for_a_person(by_paypal: PayPal, paypal: Fake) -> None:
    first = attempt(by_paypal)
    paypal.tell(links=False)
    paypal.break_next(PAYPAL, when="after", cut=True)
    await by_paypal.submit(first)
    outcome = await sent_again(by_paypal, first)
    assert (outcome.standing, outcome.code, outcome.reference) == (Standing.UNKNOWN, "DUPLICATE", None)
    assert paypal.tell()["paid"] == [first.key]


LIES: Final[dict[str, dict[str, Any]]] = {
    "another batch": {"batch_header": {"sender_batch_header": {"sender_batch_id": "OTHER"}, "batch_status": "PENDING"}},
    "a word that nobody knows": {"batch_header": {"batch_status": "SPLENDID"}},
    "another amount": {
        "batch_header": {"batch_status": "SUCCESS"},
        "items": [
            {
                "transaction_status": "SUCCESS",
                "payout_item": {"sender_item_id": "KEY", "amount": {"value": "12.35", "currency": "EUR"}},
            }
        ],
    },
    "another currency": {
        "batch_header": {"batch_status": "SUCCESS"},
        "items": [
            {
                "transaction_status": "SUCCESS",
                "payout_item": {"sender_item_id": "KEY", "amount": {"value": "12.34", "currency": "USD"}},
            }
        ],
    },
    "another item": {
        "batch_header": {"batch_status": "SUCCESS"},
        "items": [{"transaction_status": "SUCCESS", "payout_item": {"sender_item_id": "OTHER"}}],
    },
    "two items": {
        "batch_header": {"batch_status": "SUCCESS"},
        "items": [
            {
                "transaction_status": "SUCCESS",
                "payout_item": {"sender_item_id": "KEY", "amount": {"value": "12.34", "currency": "EUR"}},
            }
        ]
        * 2,
    },
    "nothing": {},
    "items that are none": {"batch_header": {"batch_status": "SUCCESS"}, "items": {"0": 1}},
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_paypal_says_of_something_else_is_for_a_person(lie: str, by_paypal: PayPal, paypal: Fake) -> None:
    first = attempt(by_paypal, key="KEY")
    outcome = await by_paypal.submit(first)
    paypal.break_next(LOOK, status=200, json=LIES[lie])
    asked = await by_paypal.ask(replace(first, reference=outcome.reference))
    assert (asked.standing, asked.reference) == (Standing.UNKNOWN, outcome.reference)


async def test_paypal_that_does_not_answer_a_question_changes_nothing(by_paypal: PayPal, paypal: Fake) -> None:
    first = attempt(by_paypal)
    outcome = await by_paypal.submit(first)
    known = replace(first, reference=outcome.reference)
    for trouble in ({"cut": True}, {"status": 500}, {"status": 404, "json": rejected("INVALID_RESOURCE_ID")}):
        for _ in range(2 if "cut" in trouble else 1):  # a question, unlike a payment, is asked twice
            paypal.break_next(LOOK, **trouble)
        asked = await by_paypal.ask(known)
        assert (asked.standing, asked.reference) == (Standing.UNKNOWN, outcome.reference)
    paypal.tell(forget_tokens=True)
    paypal.break_next(TOKEN, status=503)
    assert (await by_paypal.ask(known)).standing is Standing.UNKNOWN
    assert (await by_paypal.submit(known)).standing is not Standing.REFUSED
    assert paypal.tell()["paid"] == [first.key]


@pytest.mark.parametrize(
    ("account", "balance", "code", "cause"),
    [
        ("acct_1restricted00", 10_000, "insufficient_capabilities_for_transfer", Cause.THEIRS),
        ("acct_1gone00000000", 10_000, "resource_missing", Cause.THEIRS),
        ("acct_1Payee0000000001", 100, "balance_insufficient", Cause.OURS),
    ],
)
async def test_what_stripe_refuses_stays_refused_under_its_key(
    account: str, balance: int, code: str, cause: Cause, by_stripe: Stripe, stripe: Fake
) -> None:
    stripe.tell(balance=balance)
    first = attempt(by_stripe, details={"account": account})
    outcome = await by_stripe.submit(first)
    assert (outcome.standing, outcome.code, outcome.cause) == (Standing.REFUSED, code, cause)
    assert account not in str(outcome)
    stripe.tell(balance=10_000)
    assert (await sent_again(by_stripe, first)).standing is Standing.REFUSED, "Stripe answers a key as it did at first"
    assert stripe.tell()["paid"] == []
    if balance == 100:
        other = attempt(by_stripe)
        assert (await by_stripe.submit(other)).standing is Standing.SETTLED
        assert stripe.tell()["paid"] == [other.key]


async def test_stripe_that_repeats_its_own_error_is_for_a_person(by_stripe: Stripe, stripe: Fake) -> None:
    stripe.tell(breaks=True)
    first = attempt(by_stripe)
    assert (await by_stripe.submit(first)).standing is Standing.UNKNOWN
    stripe.tell(breaks=False)
    assert (await sent_again(by_stripe, first)).standing is Standing.UNKNOWN
    assert stripe.tell()["paid"] == []


async def test_a_key_that_is_still_at_work_is_not_refused(by_stripe: Stripe, stripe: Fake) -> None:
    first = attempt(by_stripe)
    stripe.tell(at_work=[first.key])
    outcome = await by_stripe.submit(first)
    assert (outcome.standing, outcome.code) == (Standing.UNKNOWN, "idempotency_key_in_use")
    stripe.tell(at_work=[])
    assert (await sent_again(by_stripe, first)).standing is Standing.SETTLED


async def test_a_key_that_was_used_for_something_else_pays_nothing(by_stripe: Stripe, stripe: Fake) -> None:
    first = attempt(by_stripe)
    await by_stripe.submit(first)
    other = replace(first, amount=9_999)
    outcome = await by_stripe.submit(other)
    assert (outcome.standing, outcome.code) == (Standing.UNKNOWN, "idempotency_error")
    asked = await by_stripe.ask(other)
    assert asked.standing is Standing.UNKNOWN, "what was found is not what was meant"
    assert [each["amount"] for each in stripe.tell()["transfers"]] == [1234]


@pytest.mark.parametrize("came_back", [1234, 34])
async def test_a_transfer_that_was_taken_back_is_told_later(came_back: int, by_stripe: Stripe, stripe: Fake) -> None:
    first = attempt(by_stripe)
    outcome = await by_stripe.submit(first)
    stripe.tell(reverse={first.key: came_back})
    asked = await by_stripe.ask(replace(first, reference=outcome.reference))
    assert (asked.standing, asked.came_back, asked.reference) == (Standing.RETURNED, came_back, outcome.reference)


async def test_past_the_window_of_a_provider_nothing_is_sent_again(
    by_paypal: PayPal, by_stripe: Stripe, fakes: dict[str, Fake], time_passes: Pass
) -> None:
    for adapter, at in ((by_paypal, PAYPAL), (by_stripe, STRIPE)):
        fake, first = fakes[adapter.name], attempt(adapter, first_sent_at=now())
        fake.break_next(at, cut=True)
        assert (await adapter.submit(replace(first, first_sent_at=None))).standing is Standing.UNKNOWN
        time_passes(adapter.window - timedelta(minutes=59))
        fake.tell(later=(adapter.window - timedelta(minutes=59)).total_seconds(), forget_tokens=True)
        before = fake.tell()["seen"].count(at)
        assert (await adapter.ask(first)).standing is Standing.UNHEARD
        with pytest.raises(Conflict):
            await adapter.submit(first)
        assert fake.tell()["seen"].count(at) == before
        assert fake.tell()["paid"] == []


async def test_a_key_that_stripe_forgot_is_found_by_its_group(
    by_stripe: Stripe, stripe: Fake, time_passes: Pass
) -> None:
    first = attempt(by_stripe, first_sent_at=now())
    stripe.break_next(STRIPE, when="after", cut=True)
    assert (await by_stripe.submit(replace(first, first_sent_at=None))).standing is Standing.UNKNOWN
    stripe.tell(later=MONTH.total_seconds())
    time_passes(MONTH)
    assert (await by_stripe.submit(first)).standing is Standing.SETTLED
    assert stripe.tell()["paid"] == [first.key]


async def test_a_transfer_that_is_not_what_was_meant_is_for_a_person(by_stripe: Stripe, stripe: Fake) -> None:
    first = attempt(by_stripe)
    outcome = await by_stripe.submit(first)
    assert (await by_stripe.ask(replace(first, details={}))) == outcome, "whoever asks need not know to whom"
    elsewhere = replace(first, details={"account": "acct_1Other0000000001"})
    assert (await by_stripe.ask(elsewhere)).standing is Standing.UNKNOWN
    assert (await by_stripe.ask(replace(first, currency="USD"))).standing is Standing.UNKNOWN
    stripe.tell(reverse={first.key: 1235})
    assert (await by_stripe.ask(first)).standing is Standing.UNKNOWN
    stripe.tell(reset=True)
    assert (await by_stripe.ask(replace(first, reference=outcome.reference))).standing is Standing.UNKNOWN


async def test_what_payees_read_is_as_long_as_providers_take_it(
    by_paypal: PayPal, by_stripe: Stripe, fakes: dict[str, Fake]
) -> None:
    message = "Your share\nof " + "ä" * 300
    await by_paypal.submit(attempt(by_paypal, message=message))
    await by_stripe.submit(attempt(by_stripe, message=message))
    [[_, _, item]] = fakes["paypal"].tell()["batches"]
    [transfer] = fakes["stripe"].tell()["transfers"]
    for text in (item["note"], transfer["description"]):
        assert text.startswith("Your share of ä")
        assert 253 < len(text.encode()) <= 255


async def test_what_paypal_takes_is_never_guessed_too_low(by_paypal: PayPal, by_stripe: Stripe) -> None:
    assert [by_paypal.expected_fee(amount, "EUR") for amount in (1, 50, 51, 10_000)] == [1, 1, 2, 200]
    assert by_stripe.expected_fee(10_000, "EUR") == 0


async def test_two_transfers_of_one_key_are_for_a_person(by_stripe: Stripe, stripe: Fake) -> None:
    first = attempt(by_stripe)
    await by_stripe.submit(first)
    stripe.tell(later=MONTH.total_seconds())
    await by_stripe.submit(first)  # nobody who keeps to the protocol does this
    asked = await by_stripe.ask(first)
    assert (asked.standing, asked.code) == (Standing.UNKNOWN, "more_than_one_transfer")


async def test_stripe_that_does_not_answer_a_question_changes_nothing(by_stripe: Stripe, stripe: Fake) -> None:
    first = attempt(by_stripe, first_sent_at=now())
    for trouble in ({"cut": True}, {"status": 500}, {"status": 200, "json": {"data": 3}}, {"status": 200, "body": "{"}):
        for _ in range(2 if "cut" in trouble else 1):
            stripe.break_next(LIST, **trouble)
        assert (await by_stripe.submit(first)).standing is Standing.UNKNOWN
    assert STRIPE not in stripe.tell()["seen"], "who cannot ask does not send"


@pytest.mark.parametrize(
    ("amount", "currency"), [(0, "EUR"), (-5, "EUR"), (100, "HUF"), (100, "XXX"), (10**12, "USD"), (2**63, "USD")]
)
async def test_what_cannot_be_paid_is_not_sent(
    amount: int, currency: str, by_paypal: PayPal, by_stripe: Stripe, fakes: dict[str, Fake]
) -> None:
    adapters: tuple[NetworkAdapter, ...] = (by_paypal, by_stripe)
    for adapter in adapters:
        wrong = attempt(adapter, amount=amount, currency=currency)
        outcome = await adapter.submit(wrong)
        assert (outcome.standing, outcome.cause) == (Standing.REFUSED, Cause.OURS)
        with pytest.raises(Invalid):
            refuse_amount(adapter, amount, currency)
        with pytest.raises(Conflict):  # what may have been sent is not refused for that
            await adapter.submit(replace(wrong, first_sent_at=now()))
        assert PAYPAL not in (seen := fakes[adapter.name].tell()["seen"])
        assert STRIPE not in seen


async def test_a_currency_without_hundredths_is_written_as_it_is(
    by_paypal: PayPal, by_stripe: Stripe, fakes: dict[str, Fake]
) -> None:
    first = attempt(by_paypal, amount=500, currency="JPY")
    heard = await followed(by_paypal, first, await by_paypal.submit(first))
    await by_stripe.submit(attempt(by_stripe, amount=500, currency="JPY"))
    [[_, _, item]] = fakes["paypal"].tell()["batches"]
    [transfer] = fakes["stripe"].tell()["transfers"]
    assert item["amount"] == {"value": "500", "currency": "JPY"}
    assert heard[-1].standing is Standing.SETTLED
    assert (transfer["amount"], transfer["currency"]) == (500, "jpy")


@pytest.mark.parametrize(
    ("name", "typed", "field"),
    [
        ("paypal", {}, "email"),
        ("paypal", {"email": "ana"}, "email"),
        ("paypal", {"email": "ana@localhost"}, "email"),
        ("paypal", {"email": "a@b.example,c@d.example"}, "email"),
        ("paypal", {"email": "a\x00@b.example"}, "email"),
        ("paypal", {"email": "x" * 120 + "@b.example"}, "email"),
        ("stripe", {"account": "acct_1"}, "account"),
        ("stripe", {"account": "ba_1Payee0000000001"}, "account"),
        ("stripe", {"account": "acct_1Payee&amount=9"}, "account"),
    ],
)
async def test_details_that_cannot_be_right_are_refused_beside_their_field(
    name: str, typed: dict[str, str], field: str, by_paypal: PayPal, by_stripe: Stripe
) -> None:
    with pytest.raises(Invalid) as raised:
        (by_paypal if name == "paypal" else by_stripe).check_details(typed)
    assert raised.value.field == field


async def test_details_are_kept_in_one_spelling_and_nothing_besides(by_paypal: PayPal, by_stripe: Stripe) -> None:
    assert by_paypal.check_details({"email": " ana@payee.example ", "iban": "x"}) == {"email": "ana@payee.example"}
    assert by_stripe.check_details({"account": "acct_1Payee00001"}) == {"account": "acct_1Payee00001"}


@pytest.mark.parametrize(
    "base", ["https://paypal.example", "http://paypal.example", "http://127.0.0.1:1/x", "", "x://["]
)
def test_credentials_go_to_the_provider_only(base: str) -> None:
    with pytest.raises(Misconfigured):
        PayPalAccount(client_id="c", secret="s", base=base)
    with pytest.raises(Misconfigured):
        StripeAccount(secret_key="s", base=base)


async def test_it_is_known_when_no_real_money_moves(by_paypal: PayPal) -> None:
    assert PayPalAccount(client_id="c", secret="s", base="https://api-m.sandbox.paypal.com").is_test
    assert not PayPalAccount(client_id="c", secret="s").is_test
    assert StripeAccount(secret_key="sk_test_1").is_test
    assert not StripeAccount(secret_key="sk_live_1").is_test


async def test_an_instance_offers_what_its_operator_has_accounts_for(net: Net) -> None:
    assert list(open_adapters(Accounts(), net)) == ["manual", "csv"]
    every = open_adapters(
        Accounts(
            sepa=Payer(name="Studio", iban="DE89370400440532013000"),
            paypal=PayPalAccount(client_id="c", secret="s"),
            stripe=StripeAccount(secret_key="s"),
        ),
        net,
    )
    assert list(every) == list(LABELS) == ["manual", "csv", "sepa", "paypal", "stripe"]
    for name, adapter in every.items():
        assert (adapter.name, len(name) <= 10) == (name, True)
        assert isinstance(adapter, FileAdapter) == (adapter.kind is Kind.FILE)
        assert isinstance(adapter, NetworkAdapter) == (adapter.kind is Kind.NETWORK)
