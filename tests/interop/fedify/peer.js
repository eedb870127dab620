// A server of another make: people and posts of its own, on Fedify. `node peer.js PORT [FIRST-SIGNATURE]`.
//
// What it does it is told under /control, as JSON; tests/interop/peers.py says what can be told, and test_peers.py tells it.
// Everything stays in memory. It listens on loopback, and nothing that it asks for lies anywhere else.

import { Temporal } from "@js-temporal/polyfill";
import { createServer } from "node:http";
import process from "node:process";

globalThis.Temporal = Temporal;

// WebFinger for a handle is asked over https. On loopback there is no certificate, and whatever is not there is nowhere.
const fetchAnything = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (url.hostname !== "127.0.0.1") throw new TypeError(`not on loopback: ${url}`);
  if (url.protocol === "https:" && !(input instanceof Request)) url.protocol = "http:";
  return fetchAnything(input instanceof Request ? input : url, init);
};

const { createFederation, generateCryptoKeyPair, MemoryKvStore, signRequest, verifyObject, verifyProof, verifyRequest } =
  await import("@fedify/fedify");
const vocab = await import("@fedify/vocab");
const { Accept, Activity, Announce, Create, DataIntegrityProof, Delete, Follow, Image, Like, Mention } = vocab;
const { Note, Person, Reject } = vocab;
const { Tombstone, Undo, Update, isActor, PUBLIC_COLLECTION } = vocab;

const PORT = Number(process.argv[2]);
const ORIGIN = `http://127.0.0.1:${PORT}`;
const NAME = "finn";
const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
const KEYS = [
  await crypto.subtle.generateKey(RSA, true, ["sign", "verify"]),
  await generateCryptoKeyPair("Ed25519"),
];

const federation = createFederation({
  kv: new MemoryKvStore(),
  allowPrivateAddress: true,
  firstKnock: process.argv[3] ?? "rfc9421",
});

/** What arrived: one entry for each POST to an inbox. */
const received = [];
/** What is known: who follows us, whom we follow (and whether they agreed), posts of ours and of others. */
const followers = new Map();
const following = new Map();
const ours = new Map();
const theirs = new Map();
const announced = [];
const liked = [];
const files = [];
/** What we have sent, to be able to take it back. */
const sent = new Map();
let made = 0;

const newId = (kind) => new URL(`/${kind}/${++made}`, ORIGIN);
const context = () => federation.createContext(new URL(ORIGIN), null);
const me = () => context().getActorUri(NAME);

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== NAME) return null;
    const keys = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: "Finn of Fedify",
      summary: "<p>I send what I am told to.</p>",
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new vocab.Endpoints({ sharedInbox: ctx.getInboxUri() }),
      url: ctx.getActorUri(identifier),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((pair) => pair.multikey),
    });
  })
  .setKeyPairsDispatcher((_ctx, identifier) => (identifier === NAME ? KEYS : []));
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...followers.values()] }));
federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [...sent.values()] }));
federation.setObjectDispatcher(Note, "/notes/{id}", (_ctx, { id }) => ours.get(`${ORIGIN}/notes/${id}`) ?? null);
// Fedify believes nobody's copy of what is ours: it asks us for the Follow that was accepted.
federation.setObjectDispatcher(Follow, "/follows/{id}", (_ctx, { id }) => sent.get(`${ORIGIN}/follows/${id}`) ?? null);
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "fedify-peer", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: {}, localPosts: 0, localComments: 0 },
}));

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => ({ identifier: NAME }))
  .on(Follow, async (ctx, follow) => {
    const follower = await follow.getActor(ctx);
    if (!isActor(follower) || follow.objectId?.href !== me().href) return;
    followers.set(follower.id.href, follower);
    const accept = new Accept({ id: newId("accepts"), actor: me(), object: follow });
    await ctx.sendActivity({ identifier: NAME }, follower, accept);
  })
  .on(Accept, async (ctx, accept) => {
    const follow = await accept.getObject(ctx);
    if (follow instanceof Follow && follow.objectId.href === accept.actorId.href) {
      following.set(accept.actorId.href, true);
    }
  })
  .on(Reject, (_ctx, reject) => void following.delete(reject.actorId.href))
  .on(Create, keep)
  .on(Update, keep)
  .on(Delete, (_ctx, gone) => void theirs.delete(gone.objectId?.href))
  .on(Announce, (_ctx, announce) =>
    void announced.push({ actor: announce.actorId.href, object: announce.objectId.href }))
  .on(Like, (_ctx, like) => void liked.push({ actor: like.actorId.href, object: like.objectId.href }))
  .on(Undo, async (ctx, undo) => {
    const undone = await undo.getObject(ctx);
    if (undone?.actorId?.href !== undo.actorId.href) return;
    if (undone instanceof Follow) followers.delete(undo.actorId.href);
    for (const [kind, list] of [[Like, liked], [Announce, announced]]) {
      if (!(undone instanceof kind)) continue;
      const at = list.findIndex((each) => each.actor === undo.actorId.href && each.object === undone.objectId.href);
      if (at >= 0) list.splice(at, 1);
    }
  })
  .on(Activity, () => {});

async function keep(ctx, activity) {
  const note = await activity.getObject(ctx);
  if (!(note instanceof Note) || note.attributionId?.href !== activity.actorId.href) return;
  theirs.set(note.id.href, await described(note));
}

/** What Fedify understood of an object, in words that can be compared. */
async function described(object) {
  const loaders = await readers();
  const common = {
    type: object.constructor.name,
    id: object.id?.href ?? null,
    name: object.name?.toString() ?? null,
    summary: object.summary?.toString() ?? null,
    url: object.url?.href?.href ?? object.url?.href ?? null,
  };
  if (isActor(object)) {
    return {
      ...common,
      preferredUsername: object.preferredUsername?.toString(),
      inbox: object.inboxId?.href,
      sharedInbox: object.endpoints?.sharedInbox?.href ?? null,
      followers: object.followersId?.href ?? null,
      keys: [
        ...(await gathered(object.getPublicKeys(loaders))).map((key) => key.id.href),
        ...(await gathered(object.getAssertionMethods(loaders))).map((key) => key.id.href),
      ],
    };
  }
  return {
    ...common,
    content: object.content?.toString() ?? null,
    attributedTo: object.attributionId?.href ?? null,
    inReplyTo: object.replyTargetId?.href ?? null,
    to: object.toIds.map((each) => each.href),
    cc: object.ccIds.map((each) => each.href),
    published: object.published?.toString() ?? null,
    updated: object.updated?.toString() ?? null,
    sensitive: object.sensitive ?? null,
    attachments: (await gathered(object.getAttachments(loaders))).map((each) => ({
      type: each.constructor.name,
      mediaType: each.mediaType ?? null,
      url: each.url?.href?.href ?? each.url?.href ?? null,
      name: each.name?.toString() ?? null,
      width: each.width ?? null,
      height: each.height ?? null,
    })),
    tags: (await gathered(object.getTags(loaders))).map((each) => ({
      type: each.constructor.name,
      name: each.name?.toString() ?? null,
      href: each.href?.href ?? null,
    })),
  };
}

async function gathered(each) {
  const all = [];
  for await (const one of each) all.push(one);
  return all;
}

/** Loaders that sign what they ask for, as ours. */
async function readers() {
  const ctx = context();
  return { documentLoader: await ctx.getDocumentLoader({ identifier: NAME }), contextLoader: ctx.contextLoader };
}

async function found(address) {
  const object = await context().lookupObject(address, await readers());
  if (object == null) throw new Error(`nothing is at ${address}`);
  return object;
}

async function send(activity, ...whom) {
  sent.set(activity.id.href, activity);
  const recipients = [];
  for (const each of whom) recipients.push(typeof each === "string" ? await found(each) : each);
  await context().sendActivity({ identifier: NAME }, recipients, activity, { preferSharedInbox: true });
  return activity.id.href;
}

async function takeBack(kind, object, ...whom) {
  const done = [...sent.values()].findLast((each) => each instanceof kind && each.objectId.href === object);
  return await send(new Undo({ id: newId("undos"), actor: me(), object: done, tos: done.toIds }), ...whom);
}

const authorOf = async (address) => (await found(address)).attributionId.href;
const audience = () => ({ tos: [PUBLIC_COLLECTION], ccs: [context().getFollowersUri(NAME)] });

/** All that this server can be told to do. */
const CONTROL = {
  find: async ({ address }) => await described(await found(address)),
  async follow({ whom }) {
    following.set(whom, false);
    return await send(new Follow({ id: newId("follows"), actor: me(), object: new URL(whom) }), whom);
  },
  async unfollow({ whom }) {
    const undo = await takeBack(Follow, whom, whom);
    following.delete(whom);
    return undo;
  },
  async publish({ text, answers, mentions = [], media = [] }) {
    const people = await Promise.all(mentions.map(found));
    const note = new Note({
      id: newId("notes"),
      attribution: me(),
      content: text,
      published: Temporal.Now.instant(),
      tos: [PUBLIC_COLLECTION],
      ccs: [context().getFollowersUri(NAME), ...people.map((each) => each.id)],
      replyTarget: answers ? new URL(answers) : null,
      tags: people.map((each) =>
        new Mention({ href: each.id, name: `@${each.preferredUsername}@${each.id.host}` })
      ),
      attachments: media.map(({ type, name, data }) => {
        files.push({ type, data: Buffer.from(data, "base64") });
        return new Image({ mediaType: type, name, url: new URL(`/media/${files.length}`, ORIGIN) });
      }),
    });
    ours.set(note.id.href, note);
    const answered = answers ? [await authorOf(answers)] : [];
    const create = new Create({ id: newId("creates"), actor: me(), object: note, tos: note.toIds, ccs: note.ccIds });
    await send(create, ...followers.values(), ...people, ...answered);
    return note.id.href;
  },
  async edit({ id, text }) {
    const note = ours.get(id).clone({ content: text, updated: Temporal.Now.instant() });
    ours.set(id, note);
    const update = new Update({ id: newId("updates"), actor: me(), object: note, tos: note.toIds, ccs: note.ccIds });
    return await send(update, ...followers.values());
  },
  async delete({ id }) {
    ours.delete(id);
    const gone = new Delete({
      id: newId("deletes"), actor: me(), object: new Tombstone({ id: new URL(id) }), ...audience(),
    });
    return await send(gone, ...followers.values());
  },
  announce: async ({ id }) =>
    await send(
      new Announce({ id: newId("announces"), actor: me(), object: new URL(id), ...audience() }),
      ...followers.values(),
      await authorOf(id),
    ),
  unannounce: async ({ id }) => await takeBack(Announce, id, ...followers.values(), await authorOf(id)),
  async like({ id }) {
    const author = await authorOf(id);
    const like = new Like({ id: newId("likes"), actor: me(), object: new URL(id), to: new URL(author) });
    return await send(like, author);
  },
  unlike: async ({ id }) => await takeBack(Like, id, await authorOf(id)),
  /** The answer to a Follow of `whom` by `as`, signed by us, or not at all. */
  async pretend({ inbox, as, whom, signed }) {
    const follow = new Follow({ id: new URL(`#${++made}`, as), actor: new URL(as), object: new URL(whom) });
    const request = new Request(inbox, {
      method: "POST",
      headers: { "content-type": "application/activity+json" },
      body: JSON.stringify(await follow.toJsonLd({ contextLoader: context().contextLoader })),
    });
    const asked = signed
      ? await signRequest(request, KEYS[0].privateKey, new URL(`${me().href}#main-key`))
      : request;
    return (await fetch(asked)).status;
  },
  /** With which key the document at `address` was proved, and whose that is; nothing when the proof does not hold. */
  async prove({ address, changed = {} }) {
    const loaders = await readers();
    const document = { ...(await loaders.documentLoader(address)).document, ...changed };
    const proof = await DataIntegrityProof.fromJsonLd(document.proof, loaders);
    const key = await verifyProof(document, proof, loaders);
    return key && { key: key.id.href, owner: key.controllerId.href, document };
  },
  /** Whether Fedify takes the document at `address` for a Note whose proof is by its author. */
  async believe({ address }) {
    const loaders = await readers();
    const note = await verifyObject(Note, (await loaders.documentLoader(address)).document, loaders);
    return note?.id.href ?? null;
  },
  /** Says to the Group of the proposal at `address` that exactly its revision is accepted, as Fedify understands it. */
  async agree({ address }) {
    const loaders = await readers();
    const { document } = await loaders.documentLoader(address);
    const proposal = await vocab.Proposal.fromJsonLd(document, loaders);
    const intent = proposal.publishes;
    const { id, revision, digestMultibase } = document;
    // What Fedify has no words for is said in JSON, and signed as everything that it sends.
    const accept = {
      "@context": document["@context"],
      id: newId("accepts").href,
      type: "Accept",
      actor: me().href,
      object: { type: "Proposal", id, revision, digestMultibase },
      to: [proposal.attributionId.href],
    };
    const { inboxId } = await found(proposal.attributionId.href);
    const request = new Request(inboxId, {
      method: "POST",
      headers: { "content-type": "application/activity+json" },
      body: JSON.stringify(accept),
    });
    const { status } = await fetch(await signRequest(request, KEYS[0].privateKey, new URL(`${me().href}#main-key`)));
    const money = intent?.resourceConformsTo?.href;
    return { status, name: proposal.name?.toString(), intent: intent?.id?.href, money };
  },
  state: () => ({
    me: me().href,
    received,
    followers: [...followers.keys()],
    following: Object.fromEntries(following),
    theirs: Object.fromEntries(theirs),
    announced,
    liked,
  }),
};

/** What Fedify makes of a request to an inbox, looked at piece by piece before it is taken in as a whole. */
async function examined(request) {
  const entry = {
    agent: request.headers.get("user-agent"),
    scheme: request.headers.has("signature-input") ? "rfc9421" : request.headers.has("signature") ? "cavage" : null,
    key: null,
    proofs: [],
    trouble: null,
  };
  received.push(entry);
  try {
    const loaders = await readers();
    const document = await request.clone().json();
    Object.assign(entry, { document });
    const spec = entry.scheme === "rfc9421" ? "rfc9421" : "draft-cavage-http-signatures-12";
    entry.key = (await verifyRequest(request.clone(), { ...loaders, spec }))?.id?.href ?? null;
    const activity = await Activity.fromJsonLd(document, loaders);
    Object.assign(entry, { type: activity.constructor.name, id: activity.id.href, actor: activity.actorId.href });
    // What is embedded has to be understood; what is named by its id may be gone since.
    if (typeof document.object === "object" && document.object.id.startsWith(activity.actorId.origin)) {
      await described(await activity.getObject({ ...loaders, suppressError: false }));
    }
    for await (const proof of activity.getProofs(loaders)) {
      const key = await verifyProof(document, proof, loaders);
      entry.proofs.push(key?.controllerId?.href === activity.actorId.href ? key.id.href : null);
    }
  } catch (error) {
    entry.trouble = String(error?.stack ?? error);
  }
  return entry;
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith("/control/")) {
    const told = await request.text();
    try {
      return Response.json((await CONTROL[pathname.slice(9)](told ? JSON.parse(told) : {})) ?? null);
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  }
  if (pathname.startsWith("/media/")) {
    const file = files[Number(pathname.slice(7)) - 1];
    return file
      ? new Response(file.data, { headers: { "content-type": file.type } })
      : new Response(null, { status: 404 });
  }
  const entry = request.method === "POST" ? await examined(request) : null;
  const response = await federation.fetch(request, { contextData: null });
  if (entry) entry.status = response.status;
  return response;
}

createServer(async (incoming, outgoing) => {
  const pieces = [];
  for await (const piece of incoming) pieces.push(piece);
  const request = new Request(new URL(incoming.url, ORIGIN), {
    method: incoming.method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    body: ["GET", "HEAD"].includes(incoming.method) ? undefined : Buffer.concat(pieces),
  });
  const response = await answer(request).catch((error) => new Response(String(error?.stack), { status: 500 }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}).listen(PORT, "127.0.0.1", () => console.log(`listening on ${ORIGIN}`));
