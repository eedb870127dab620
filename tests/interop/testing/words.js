// For `node --import ./words.js`: the words in which activitypub-testing writes its report mean what they say.
//
// It writes JSON-LD and would fetch what its own words mean from its home page. Nothing is fetched here.

import { createRequire } from "node:module";

const testing = createRequire(new URL("../node_modules/activitypub-testing/package.json", import.meta.url));
testing("jsonld").documentLoader = (url) =>
  Promise.resolve({
    contextUrl: null,
    documentUrl: url,
    document: {
      "@context": {
        "@vocab": "http://www.w3.org/ns/earl#",
        as: "https://www.w3.org/ns/activitystreams#",
        id: "@id",
        type: "@type",
      },
    },
  });
