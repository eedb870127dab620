// Files that are not whole on the server yet, kept in this browser: they outlive a reload, a crash and a lost connection.
// Where a browser keeps nothing (a private window), all of this is quietly empty.
const STORE = "uploads";

const opened = new Promise((resolve) => {
  try {
    const asked = indexedDB.open("studio", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
  } catch {
    resolve(null);
  }
});

async function run(mode, ask) {
  const database = await opened;
  if (!database) return undefined;
  return new Promise((resolve) => {
    try {
      const work = database.transaction(STORE, mode);
      const request = ask(work.objectStore(STORE));
      work.oncomplete = () => resolve(request.result);
      work.onerror = work.onabort = () => resolve(undefined);
    } catch {
      resolve(undefined);
    }
  });
}

// `row`: {id, key (of what is being written), file, name, alt, url, at}
export const keep = (row) => run("readwrite", (store) => store.put(row));

export const forget = (id) => run("readwrite", (store) => store.delete(id));

export async function keptFor(key) {
  const rows = (await run("readonly", (store) => store.getAll())) ?? [];
  const month = 30 * 24 * 3600 * 1000;
  for (const row of rows) if (Date.now() - row.at > month) forget(row.id);
  return rows.filter((row) => row.key === key && Date.now() - row.at <= month).sort((one, other) => one.at - other.at);
}
