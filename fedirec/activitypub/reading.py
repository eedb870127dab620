"""What an activity says, as far as it is its sender's to say (FEP-fe34)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fedirec.activitypub.actors.vouching import is_vouched_by_proof
from fedirec.activitypub.authority import Belief, belief_in_description, belief_in_embedded
from fedirec.activitypub.envelopes import envelope_of, object_in
from fedirec.activitypub.journal import Arrival, name_of
from fedirec.activitypub.models import Actor
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.proofs import find_proof
from fedirec.activitypub.remote import compacted
from fedirec.activitypub.senders import FORWARDED_FOR
from fedirec.activitypub.signatures import parse as parse_signature
from fedirec.activitypub.vocab import Activity, ActorObject, Create, Forwarded, Json, Ref, Update, Vocabulary
from fedirec.clock import now
from fedirec.errors import Forbidden, Invalid


async def read_arrival(arrival: Arrival, sender: Actor, *, vocabulary: Vocabulary) -> Activity[Any]:
    """What `sender` said in what arrived; of what is not theirs to say, only the name, for its origin to be asked.

    Raises Forbidden for what nobody but others can say, and what reading it raises.
    """
    if sender.state == "suspended":
        raise Forbidden("that actor is suspended here")
    sent = arrival.document or parse(arrival.body)
    read = vocabulary.read(await compacted(sent))
    if not isinstance(read, Activity):
        raise Invalid("that is not an activity")
    activity: Activity[Any] = replace(read, is_vouched=await _is_vouched(arrival, sender, sent))
    if arrival.activity_uri == name_of(arrival.body, sender.uri):
        activity = replace(activity, id=arrival.activity_uri)
        if activity.actor != sender.uri:
            return Forwarded(id=arrival.activity_uri, actor=sender.uri, object=Ref(activity.object.id))
    if activity.actor != sender.uri or activity.id != arrival.activity_uri:
        raise Forbidden("the activity says something else once its terms are resolved")
    embedded = sent.get("object")
    if not isinstance(embedded, dict):
        return activity
    author = getattr(activity.object, "attributed_to", None)
    if author is not None and isinstance(activity, Create | Update):
        belief = belief_in_embedded(activity.object.id, author=author, speaker=sender.uri)
        if belief is Belief.NEVER or (belief is Belief.ASK_ORIGIN and isinstance(activity, Update)):
            raise Forbidden("only its author can say what that is")
        if belief is Belief.ASK_ORIGIN:
            return _by_name_only(activity)
    described = getattr(activity.object, "actor", activity.object)
    if isinstance(activity, Update) and isinstance(described, ActorObject):
        belief = belief_in_description(described.id, speaker=sender.uri, is_brought=_is_brought(arrival))
        if belief is Belief.ASK_ORIGIN:
            return _by_name_only(activity)
    # A proof by a key that nobody vouches for proves nothing that should be kept.
    envelope = envelope_of(sent) if activity.is_vouched else None
    return replace(activity, object_as_sent=object_in(sent), envelope=envelope)


async def _is_vouched(arrival: Arrival, sender: Actor, sent: Json) -> bool:
    """Whether a key that is vouched for signed what arrived, or made the proof on it."""
    if arrival.is_vouched:
        return True
    if sent.get("actor") != sender.uri or sent.get("id") != arrival.activity_uri:
        return False
    proof = find_proof(sent)
    if proof is None or proof.created is None or proof.created < now() - FORWARDED_FOR:
        return False  # it may have had its effect before, and nobody would know
    return await is_vouched_by_proof(proof, actor_uri=sender.uri)


def _by_name_only(activity: Activity[Any]) -> Activity[Any]:
    """The same, without what came embedded in it."""
    return replace(activity, object=Ref(activity.object.id), object_document=None)


def _is_brought(arrival: Arrival) -> bool:
    """Whether somebody else signed the request than who did it, by another key than what proves it."""
    return parse_signature([(name, value) for name, value in arrival.signed_headers]).key_id != arrival.key_id
