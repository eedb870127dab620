"""Stripe's transfers as https://docs.stripe.com/api/transfers and /idempotent_requests have them, with their memory.

`python -m tests.payouts.fakes.stripe PORT`. An account whose name holds `restricted` cannot be paid to, one with `gone`
is not connected.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.payouts.fakes.process import Provider, serve

KEY: Final = "sk_test_planted_secret_of_stripe"
WINDOW: Final = 86_400.0
REFUSALS: Final = {
    "restricted": ("insufficient_capabilities_for_transfer", 400),
    "gone": ("resource_missing", 404),
}


class Stripe(Provider):
    def reset(self) -> None:
        super().reset()
        self.transfers: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[dict[str, str], int, dict[str, Any], float]] = {}
        """By idempotency key: what was asked, the status and body that were answered, and when."""
        self.balance = 100_000_000
        self.breaks = False
        self.at_work: set[str] = set()

    def routes(self) -> list[Route]:
        return [
            Route("/v1/transfers", self.post_transfer, methods=["POST"]),
            Route("/v1/transfers", self.show_transfers),
        ]

    def tell(self, told: dict[str, Any]) -> dict[str, Any]:
        self.balance = told.get("balance", self.balance)
        self.breaks = told.get("breaks", self.breaks)
        self.at_work = set(told.get("at_work", self.at_work))
        for group, amount in told.get("reverse", {}).items():
            for transfer in self.transfers:
                if transfer["transfer_group"] == group:
                    transfer["amount_reversed"] = amount
                    transfer["reversed"] = amount == transfer["amount"]
        return {"transfers": self.transfers, "paid": [each["transfer_group"] for each in self.transfers]}

    async def post_transfer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_request_error")
        form = {name: str(value) for name, value in (await request.form()).items()}
        key = request.headers["idempotency-key"]
        if key in self.at_work:
            return _error(409, "invalid_request_error", "idempotency_key_in_use")
        if key in self.answers and self.now() - self.answers[key][3] < WINDOW:
            asked, status, body, _ = self.answers[key]
            if asked != form:
                return _error(400, "idempotency_error")
            return JSONResponse(body, status, headers={"idempotent-replayed": "true"})
        if not form["amount"].isdigit() or int(form["amount"]) < 1 or form["currency"] != form["currency"].lower():
            return _error(400, "invalid_request_error", "parameter_invalid_integer")  # not begun, so not kept
        answer = self._transfer(form)
        self.answers[key] = (form, answer[0], answer[1], self.now())
        return JSONResponse(answer[1], answer[0])

    def _transfer(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        amount = int(form["amount"])
        for word, (code, status) in REFUSALS.items():
            if word in form["destination"]:
                return status, _words("invalid_request_error", code, form["destination"])
        if amount > self.balance:
            return 400, _words("invalid_request_error", "balance_insufficient")
        if self.breaks:
            return 500, _words("api_error")
        self.balance -= amount
        transfer = {
            "id": f"tr_{secrets.token_hex(12)}",
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "created": int(self.now()),
            "currency": form["currency"],
            "description": form.get("description"),
            "destination": form["destination"],
            "livemode": False,
            "metadata": {"fedirec": form.get("metadata[fedirec]")},
            "reversed": False,
            "transfer_group": form["transfer_group"],
        }
        self.transfers.insert(0, transfer)
        return 200, transfer

    async def show_transfers(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_request_error")
        group, limit = request.query_params["transfer_group"], int(request.query_params["limit"])
        found = [each for each in self.transfers if each["transfer_group"] == group]
        told = {"object": "list", "url": "/v1/transfers", "has_more": len(found) > limit, "data": found[:limit]}
        return JSONResponse(told)


def _words(kind: str, code: str = "", about: str = "") -> dict[str, Any]:
    error = {"type": kind, "message": f"That cannot be done: {about}", "doc_url": "https://docs.stripe.com/error-codes"}
    return {"error": error | ({"code": code} if code else {})}


def _error(status: int, kind: str, code: str = "") -> Response:
    return JSONResponse(_words(kind, code), status)


if __name__ == "__main__":
    serve(Stripe())
