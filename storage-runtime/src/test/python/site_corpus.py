"""Stores a site as a content management system does, see site_model.py, over weeks of editing.

Usage: python site_corpus.py DOCUMENTS

Says {"documents": 123, "dsn": "…"} at the end.
"""

import random
import sys

import site_model as model
import transaction
import ZODB
from channel import ask
from channel import tell
from persistent.mapping import PersistentMapping
from ZEO.ClientStorage import ClientStorage

IN_A_FOLDER = 40
MINUTE = 60_000_000
LETTERS = "eeeeaaaiiinnnrrrtttssslllooouudddmmkghbpfvwzäöüß"
KINDS = ("Document", "Document", "Document", "News Item", "Event", "Link", "File")


class Editors:
    """They write, publish and change documents."""

    def __init__(self, connection):
        self.chance = random.Random(20_261_122)
        self.connection = connection
        self.now = 1_780_000_000_000_000
        self.words = [self.word() for _ in range(8000)]
        root = connection.root()
        site = root["Application"] = PersistentMapping()
        self.catalog = site["portal_catalog"] = model.Catalog()
        self.histories = site["portal_historiesstorage"] = model.Histories()
        self.registry = site["portal_registry"] = model.OOBTree()
        self.tools = site["tools"] = PersistentMapping()
        self.site = site["site"] = self.content("site", "Folder")
        self.documents = []

    def set_up(self):
        for number in range(300):
            name = f"plone.setting_{number}"
            self.registry[name] = model.Field(name, self.text(4), self.chance.choice([True, 5, "x"]))
        for number in range(40):
            tool = model.Tool(number)
            self.tools[tool.id] = tool
        transaction.commit()

    def word(self):
        return "".join(self.chance.choice(LETTERS) for _ in range(self.chance.randrange(2, 12)))

    def text(self, count):
        """Few words are common, and many are rare."""
        return " ".join(
            self.words[int(len(self.words) * self.chance.random() ** 3)] for _ in range(count)
        )

    def content(self, name, kind):
        self.now += self.chance.randrange(MINUTE, 60 * MINUTE)
        user = f"user-{self.chance.randrange(12)}"
        subjects = tuple(self.words[self.chance.randrange(60)] for _ in range(3))
        cls = model.Folder if kind == "Folder" else model.Content
        args = (name, kind, user, self.text(5), self.text(20), subjects, self.now)
        return cls(*args)

    def write(self, documents):
        for number in range(documents):
            if number % IN_A_FOLDER == 0:
                folder = self.content(f"folder-{number}", "Folder")
                self.site.add(folder)
                self.catalog.note(folder, f"/site/{folder.id}", "published", folder.title.split())
                transaction.commit()
            document = self.content(f"document-{number}", self.chance.choice(KINDS))
            folder.add(document)
            words = self.text(self.chance.randrange(20, 300))
            if document.portal_type in ("Document", "News Item"):
                document.text = model.RichText(model.RawText(f"<p>{words}</p>"))
            path = f"/site/{folder.id}/{document.id}"
            self.documents.append((document, path, words))
            self.save(document, path, words, "private")
            if number % 4 == 0:
                self.edit()
        transaction.commit()

    def save(self, document, path, words, state):
        user = document.creators[0]
        if document.portal_type in ("Document", "News Item"):
            self.histories.save(document, user, self.now, state, "Initial version")
        self.catalog.note(document, path, state, (document.title + " " + words).split())

    def edit(self):
        for document, path, words in self.chance.sample(self.documents, min(len(self.documents), 3)):
            self.now += MINUTE
            document.record("published", "publish", document.creators[0], self.now)
            document.effective_date = model.Moment(self.now)
            document.modification_date = model.Moment(self.now)
            document.title = self.text(5)
            self.save(document, path, words, "published")


def main(documents):
    database = ask(create="database")
    port = ask(start=database["id"])["port"]
    storage = ClientStorage(("127.0.0.1", port), wait_timeout=60)
    db = ZODB.DB(storage)
    editors = Editors(db.open())
    editors.set_up()
    editors.write(int(documents))
    tell(documents=len(editors.documents), dsn=database["dsn"])
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
