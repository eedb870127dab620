"""What happened elsewhere, as far as credits, pools and proposals go."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.credits.inbox import crediting, proposals

handlers = Handlers(crediting.handlers, proposals.handlers)
