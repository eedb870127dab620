"""The third part of the story: the book earns money, and who made it is paid a share that they could see and question.

Ana's instance holds the books. Ana leads the project and draws up who gets what, Eve is the treasurer, and the people
of the other instances answer from where they live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from fedirec.clock import now
from fedirec.demo.browser import Page
from fedirec.demo.cast import (
    ACCOUNT,
    ANSWER,
    CURRENCY,
    DEBTOR,
    ENTRIES,
    FIRST,
    HOST_SHARE,
    IBANS,
    OBJECTION,
    POOL,
    PRODUCTION,
    PROJECT_SLUG,
    PROPOSAL,
    REMEDY,
    SECOND,
    TERMS,
    WISHED,
)
from fedirec.demo.servers import until
from fedirec.demo.story import Step, sign_in_elsewhere
from fedirec.demo.world import World, side_by_side
from fedirec.errors import NotFound

LEAP: Final = timedelta(days=15)
"""A day more than people have to look at a proposal, and more than new details of payees are held."""


def confirm_credit(world: World) -> None:
    """Bo has said where he lives that he did edit the book, and the credit list of A says so."""
    browser = world.browsers["bo"]
    page = until("Bo is asked whether he did", lambda: _asked(browser.open("/credits")))
    browser.send(page.form_beside("Editor", "do"), {"do": "confirm"})
    listed = f"{world.production}/credits"
    until("the credit list hears of it", lambda: "unconfirmed" not in world.browsers["ana"].open(listed).tree.text)


def decide_about_money(world: World) -> None:
    """Eve is the treasurer of A, and everybody can read how A handles money."""
    browser = world.browsers["ana"]
    browser.send(browser.open("/admin/people/eve").form("role"), {"role": "treasurer"})
    settings = {
        "host_share": HOST_SHARE,
        "people_needed": "2",
        "adapters": ["manual", "sepa"],
        "terms": TERMS,
        **DEBTOR,
    }
    browser.send(browser.open("/admin/money").form("host_share", "people_needed"), settings)
    browser.send(browser.open("/admin/money").form("iban", "bic"), ACCOUNT)


def open_pool(world: World) -> None:
    browser = world.browsers["ana"]
    page = browser.open(f"/p/{PROJECT_SLUG}/money/new")
    typed = {"kind": "profit_split", "title": POOL, "rule": "host", "currency": CURRENCY}
    page = browser.send(page.form("kind", "title"), {**typed, "production": _option(page, "production", PRODUCTION)})
    world.pool = f"{browser.origin}{page.url.path}"


def earn(world: World) -> None:
    """Ana has stated what came in and what it cost, with what shows it, and Eve has seen it on the account."""
    ana, eve = world.browsers["ana"], world.browsers["eve"]
    for kind, amount, words, evidence in ENTRIES:
        stated = {"kind": kind, "amount": amount, "words": words, "evidence": evidence}
        form = ana.open(world.pool).form("kind", "amount")
        ana.send(form, {**stated, "happened_on": f"{now():%Y-%m-%d}"})
        eve.send(eve.open(world.pool).form_beside(words, "do"), {"do": "confirm"})


def propose(world: World) -> None:
    """A line for everybody who is credited, with a weight and a reason; nothing is missing, and all are told."""
    browser = world.browsers["ana"]
    page = browser.open(f"{world.pool}/propose")
    typed = {"title": PROPOSAL, "productions": _box(page, "productions")}
    page = browser.send(page.form("title", "productions"), typed)
    world.proposal = f"{browser.origin}{page.url.path.removesuffix('/edit')}"
    _publish(world, FIRST, "What sells the book, as I see it.")


def object_from_elsewhere(world: World) -> None:
    """Cy has read the copy that C keeps, and objects there; A has heard it, signed."""
    page = until("Cy is told of the proposal", partial(find_copy, world, "cy"))
    line = _option(page, "line", "One window")
    said = {"kind": "too_little", "line": line, "words": OBJECTION, "remedy": REMEDY, "wanted": WISHED}
    world.browsers["cy"].send(page.form("wanted", "remedy"), said)
    until("the objection reaches A", lambda: OBJECTION in world.browsers["ana"].open(world.proposal).tree.text)


def answer(world: World) -> None:
    browser = world.browsers["ana"]
    form = browser.open(world.proposal).form("resolution", "said")
    browser.send(form, {"resolution": "partly", "said": ANSWER})


def revise(world: World) -> None:
    _publish(world, SECOND, ANSWER)


def accept_from_elsewhere(world: World) -> None:
    """Bo and Cy have accepted the exact revision from where they live: Cy stands against it no longer."""
    side_by_side(*(partial(_accept, world, name) for name in ("bo", "cy")))


def say_how_to_be_paid(world: World) -> None:
    """Bo and Cy, signed in on A with their own servers, have accepted the terms, and said where to pay."""
    for name, (iban, country) in IBANS.items():
        browser, origin = world.browsers[name], world.servers["A"].origin
        sign_in_elsewhere(world, name)
        form = browser.open(f"{origin}/money/details?way=sepa").form("iban", "living")
        browser.send(form, {"name": name.title(), "iban": iban, "living": country})
        browser.send(browser.open(f"{origin}/money/terms").form("version", "digest"))


def let_weeks_pass(world: World) -> None:
    """All three instances are started again, two weeks and a day later."""
    side_by_side(*(server.stop for server in world.servers.values()))
    for server in world.servers.values():
        server.clock_offset += int(LEAP.total_seconds())
        server.start()
    for server in world.servers.values():
        server.wait_until_ready()


def decide(world: World) -> None:
    browser = world.browsers["eve"]
    page = until("the time to object is over, and two accept", partial(_decidable, world))
    said = {"verdict": "accept", "reason": "Everybody who answered says yes, and the objection has its answer."}
    browser.send(page.form("verdict", "reason"), said)


def lock(world: World) -> None:
    eve = world.browsers["eve"]
    eve.send(eve.open(world.proposal).form(action=f"{_path(world.proposal)}/lock"))


def pay(world: World) -> None:
    """Eve has put a batch together, Ana approved exactly that, and the bank has been given a file."""
    ana, eve = world.browsers["ana"], world.browsers["eve"]
    page = until("both can be paid", partial(_ready, world))
    batch = eve.send(page.form_beside("2", "execute_on")).url.path
    world.batch = f"{eve.origin}{batch}"
    ana.send(ana.open(batch).form(action=f"{batch}/approve"))
    eve.send(eve.open(batch).form(action=f"{batch}/submit"))
    world.bank_file = until("the file is written", partial(_download, world))


def tell_that_it_arrived(world: World) -> None:
    """Ana has seen on the account that both were paid."""
    browser = world.browsers["ana"]
    page = browser.open(world.batch)
    form = page.form(action=f"{_path(world.batch)}/paid")
    browser.send(form, {name: "statement 12" for name in form.values if name in ("reference", "text")})


SHARING: Final[Sequence[Step]] = (
    Step("Bo, on B, confirms that he edited the book", confirm_credit),
    Step("Ana settles how A handles money; Eve becomes its treasurer", decide_about_money),
    Step(f"A pool is opened for what the book earns: “{POOL}”", open_pool),
    Step("Ana states what came in and what it cost; Eve confirms both", earn),
    Step("Ana proposes who gets what, and why; everybody listed is told", propose),
    Step("Cy objects from C, and says what would be right", object_from_elsewhere),
    Step("Ana answers", answer),
    Step("A revision gives Cy more", revise),
    Step("Bo accepts it from B, and Cy from C", accept_from_elsewhere),
    Step("Both sign in on A with their own servers, and say where to pay them", say_how_to_be_paid),
)
"""How it is agreed who gets what."""
PAYING: Final[Sequence[Step]] = (
    Step("Two weeks pass", let_weeks_pass),
    Step("Eve, who did not draw it up, decides", decide),
    Step("She locks it: now it is owed", lock),
    Step("Eve puts a batch together, Ana approves it, and there is a file for the bank", pay),
    Step("The bank has paid both of them", tell_that_it_arrived),
)
"""How it is decided and paid, when everybody has had their say."""


def _publish(world: World, weights: Mapping[str, tuple[int, str]], note: str) -> None:
    """The next revision gives each line, known by words in it, its weight for a reason. Raises NotFound."""
    browser = world.browsers["ana"]
    page = browser.open(f"{world.proposal}/edit")
    typed = {"do": "publish", "target": str(sum(weight for weight, _reason in weights.values()))}
    for row in page.tree.all("li", styled="split-row"):
        key = row.get("id").removeprefix("line-")
        weight, reason = next((told for words, told in weights.items() if words in row.text), (0, ""))
        typed |= {f"weight-{key}": str(weight), f"reason-{key}": reason}
    page = browser.send(page.form("target", "do"), typed)
    browser.send(page.form("version", "note"), {"note": note})


def find_copy(world: World, name: str, *words: str) -> Page | None:
    """The page about the proposal where that person lives, once it is listed there and says `words`."""
    browser = world.browsers[name]
    listed = browser.open(f"{browser.origin}/pay")
    for link in listed.tree.all("a"):
        if link.text == PROPOSAL:
            page = browser.open(f"{browser.origin}{link.get('href')}")
            return page if all(each in page.tree.text for each in words) else None
    return None


def _asked(page: Page) -> Page | None:
    return page if any("do" in form for form in page.forms()) else None


def _accept(world: World, name: str) -> None:
    seen = until(f"{name} sees the revision", partial(find_copy, world, name, "Revision 2", "I accept this revision"))
    page = world.browsers[name].open(seen.url.path)  # it may have come while the page was put together
    action = f"{page.url.path}/stance"
    forms = (form for form in page.forms() if form.action.endswith(action))
    form = next(form for form in forms if "accept" in form.values.get("do", ()))
    world.browsers[name].send(form)


def _decidable(world: World) -> Page | None:
    page = world.browsers["eve"].open(world.proposal)
    return page if "2 of 3 people" in page.tree.text and any("verdict" in form for form in page.forms()) else None


def _ready(world: World) -> Page | None:
    page = world.browsers["eve"].open("/treasury")
    return page if "payments: 2" in page.tree.text else None


def _download(world: World) -> bytes | None:
    page = world.browsers["eve"].open(world.batch)
    has_file = any(link.get("href") == f"{_path(world.batch)}/file" for link in page.tree.all("a"))
    return world.browsers["eve"].fetch(f"{world.batch}/file") if has_file else None


def _option(page: Page, field: str, words: str) -> str:
    """The value of what a select of that name offers with these words. Raises NotFound."""
    for select in page.tree.all("select"):
        if select.get("name") == field:
            for option in select.all("option"):
                if words in option.text:
                    return option.get("value")
    raise NotFound(f"the page {page.url} does not offer “{words}”")


def _box(page: Page, field: str) -> str:
    return next(box.get("value") for box in page.tree.all("input") if box.get("name") == field)


def _path(address: str) -> str:
    return "/" + address.split("/", 3)[3]
