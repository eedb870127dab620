"""PayPal's Payouts API as https://developer.paypal.com/docs/api/payments.payouts-batch/v1/ has it, with its memory.

`python -m tests.payouts.fakes.paypal PORT`. Who receives says what becomes of the money: an address that begins with
`unclaimed` belongs to nobody, and so on (`FATES`).
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.payouts.fakes.process import Provider, serve

CLIENT: Final = "client"
SECRET: Final = "planted-secret-of-paypal"
DAY: Final = 86_400.0
WINDOW: Final = 30 * DAY
FATES: Final = {
    "unclaimed": "UNCLAIMED",
    "failed": "FAILED",
    "hold": "ONHOLD",
    "blocked": "BLOCKED",
    "refunded": "REFUNDED",
    "reversed": "REVERSED",
}
REASONS: Final = {"UNCLAIMED": "RECEIVER_UNREGISTERED", "FAILED": "RECEIVER_ACCOUNT_LOCKED"}


@dataclass
class Batch:
    id: str
    key: str
    item: dict[str, Any]
    made: float
    looks: int = 0
    """How often it was looked at: it goes from PENDING over PROCESSING to its end."""

    @property
    def fate(self) -> str:
        name = self.item["receiver"].partition("@")[0]
        return FATES.get(name, "SUCCESS")


class PayPal(Provider):
    def reset(self) -> None:
        super().reset()
        self.batches: dict[str, Batch] = {}
        self.tokens: dict[str, float] = {}
        self.balance = Decimal(1_000_000)
        self.denies = False
        self.links = True

    def routes(self) -> list[Route]:
        return [
            Route("/v1/oauth2/token", self.post_token, methods=["POST"]),
            Route("/v1/payments/payouts", self.post_batch, methods=["POST"]),
            Route("/v1/payments/payouts/{id}", self.show_batch),
        ]

    def tell(self, told: dict[str, Any]) -> dict[str, Any]:
        if told.get("forget_tokens"):
            self.tokens.clear()
        self.balance = Decimal(str(told.get("balance", self.balance)))
        self.denies = told.get("denies", self.denies)
        self.links = told.get("links", self.links)
        return {
            "batches": [[each.id, each.key, each.item] for each in self.batches.values()],
            "paid": [each.key for each in self.batches.values()],
        }

    async def post_token(self, request: Request) -> Response:
        known = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = await request.form()
        if request.headers.get("authorization") != f"Basic {known}" or form.get("grant_type") != "client_credentials":
            told = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return JSONResponse(told, 401)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.now() + 32_400
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 32_400, "scope": "payouts"})

    async def post_batch(self, request: Request) -> Response:
        if not self._is_let_in(request):
            return _error(401, "AUTHENTICATION_FAILURE")
        sent = await request.json()
        key, items = sent["sender_batch_header"]["sender_batch_id"], sent["items"]
        [item] = items
        value = item["amount"]["value"]
        if "@" not in item["receiver"] or Decimal(value) <= 0:
            field = "items[0].receiver" if "@" not in item["receiver"] else "items[0].amount.value"
            return _error(400, "VALIDATION_ERROR", [{"field": field, "location": "body", "issue": "Is invalid"}])
        if Decimal(value) > self.balance:
            return _error(422, "INSUFFICIENT_FUNDS")
        first = next((each for each in self.batches.values() if each.key == key), None)
        if first is not None and self.now() - first.made < WINDOW:
            href = f"{request.base_url}v1/payments/payouts/{first.id}"
            detail: dict[str, Any] = {
                "field": "SENDER_BATCH_ID",
                "location": "body",
                "issue": "Batch with given sender_batch_id already exists",
            }
            if self.links:
                detail["link"] = [{"href": href, "rel": "self", "method": "GET", "encType": "application/json"}]
            return _error(400, "USER_BUSINESS_ERROR", [detail])
        batch = Batch(id=secrets.token_hex(7).upper(), key=key, item=item, made=self.now())
        self.batches[batch.id] = batch
        self.balance -= Decimal(value)
        return JSONResponse({"batch_header": self._header(batch, "PENDING")}, 201)

    async def show_batch(self, request: Request) -> Response:
        if not self._is_let_in(request):
            return _error(401, "AUTHENTICATION_FAILURE")
        batch = self.batches.get(request.path_params["id"])
        if batch is None:
            return _error(404, "INVALID_RESOURCE_ID")
        batch.looks += 1
        if self.denies:
            reason = {"name": "INSUFFICIENT_FUNDS", "message": "Sender does not have sufficient funds"}
            return JSONResponse({"batch_header": self._header(batch, "DENIED"), "errors": [reason]})
        if batch.looks == 1:
            return JSONResponse({"batch_header": self._header(batch, "PENDING")})
        fate = "PENDING" if batch.looks == 2 else batch.fate
        if fate == "UNCLAIMED" and self.now() - batch.made > WINDOW:
            fate = "RETURNED"
        currency, value = batch.item["amount"]["currency"], Decimal(batch.item["amount"]["value"])
        item = {
            "payout_item_id": f"I{batch.id}",
            "transaction_id": f"T{batch.id}",
            "transaction_status": fate,
            "payout_item_fee": {"currency": currency, "value": "0.25"},
            "payout_batch_id": batch.id,
            "payout_item": batch.item | {"amount": {"currency": currency, "value": f"{value:.2f}"}},
        }
        if fate in REASONS:
            item["errors"] = {"name": REASONS[fate], "message": f"{batch.item['receiver']} cannot be paid just now"}
        status = "PROCESSING" if batch.looks == 2 or (fate in ("ONHOLD", "BLOCKED") and batch.looks == 3) else "SUCCESS"
        return JSONResponse({"batch_header": self._header(batch, status), "items": [item]})

    def _header(self, batch: Batch, status: str) -> dict[str, Any]:
        return {
            "payout_batch_id": batch.id,
            "batch_status": status,
            "sender_batch_header": {"sender_batch_id": batch.key},
        }

    def _is_let_in(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self.tokens.get(token, 0) > self.now()


def _error(status: int, name: str, details: list[dict[str, Any]] | None = None) -> Response:
    told = {
        "name": name,
        "message": name.replace("_", " ").capitalize(),
        "debug_id": secrets.token_hex(6),
        "information_link": "https://developer.paypal.com/docs/api/payments.payouts-batch/#errors",
        "details": details or [],
    }
    return JSONResponse(told, status)


if __name__ == "__main__":
    serve(PayPal())
