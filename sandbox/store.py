"""What must survive a restart: documents by kind and id, held in memory and written through to one SQLite file."""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

SCHEMA = "CREATE TABLE IF NOT EXISTS document (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID"
UPSERT = "INSERT INTO document VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"

Document = dict[str, Any]


class Store:
    """Reads never touch the file; every write is on disk before `put` returns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.lock = threading.RLock()
        self.database = sqlite3.connect(folder / "sandbox.sqlite3", check_same_thread=False, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=NORMAL")
        self.database.execute(SCHEMA)
        self.kinds: dict[str, dict[str, Document]] = {}
        for kind, key, body in self.database.execute("SELECT kind, id, body FROM document"):
            self.kinds.setdefault(kind, {})[key] = json.loads(body)

    def all(self, kind: str) -> dict[str, Document]:
        return self.kinds.setdefault(kind, {})

    def rows(self, kind: str) -> list[Document]:
        """All documents of a kind, as they are at this moment."""
        return list(self.all(kind).values())

    def get(self, kind: str, key: str) -> Document | None:
        return self.all(kind).get(key)

    def put(self, kind: str, key: str, document: Document) -> Document:
        with self.lock:
            self.database.execute(UPSERT, (kind, key, json.dumps(document)))
            self.all(kind)[key] = document
        return document

    def put_many(self, documents: list[tuple[str, str, Document]]) -> None:
        """Several documents in one transaction: all of them are there afterwards, or none."""
        with self.lock:
            self.database.execute("BEGIN IMMEDIATE")
            self.database.executemany(UPSERT, [(kind, key, json.dumps(body)) for kind, key, body in documents])
            self.database.execute("COMMIT")
            for kind, key, body in documents:
                self.all(kind)[key] = body

    def delete(self, kind: str, key: str) -> None:
        with self.lock:
            self.database.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, key))
            self.all(kind).pop(key, None)

    def clear(self) -> None:
        with self.lock:
            self.database.execute("DELETE FROM document")
            self.kinds.clear()

    def close(self) -> None:
        with self.lock:
            self.database.close()
