"""The documents that Messenger's acceptance follows, block by block.

They lie beside the repository, or where HUBBUB_SEEDS names; without them the tests that read them are skipped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDS = ("000", "001", "002")
FENCE = re.compile(r"^```(\w*)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: of which document, the how-manieth there, its language and its text."""

    seed: str
    number: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.seed}/{self.number}"

    @property
    def first_words(self) -> str:
        """The first five words of its text."""
        return " ".join(re.findall(r"[A-Za-z0-9_]+", self.text)[:5])


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What is put right in a block that could not be read as it stands."""

    why: str
    language: str = ""
    ends_before: str = ""
    replaced: tuple[tuple[str, str], ...] = ()


REPAIRS = {
    "000/1": Repair(
        why="its fence is never closed: the block ends where the next chapter begins",
        ends_before="# Facebook Integration Update",
    ),
    "000/2": Repair(why="left open by the first one", ends_before="# \N{WRENCH} Managing Multiple Pages"),
    "000/4": Repair(why="its fence names no language", language="python"),
    "001/2": Repair(
        why="two values are words, not code",
        replaced=(("FacebookPage object", "FacebookPage_object"), ("Customer object", "Customer_object")),
    ),
    "001/18": Repair(why="a shell command in a Python fence", language="bash"),
    "001/27": Repair(
        why="a function of comments only",
        replaced=(("    # Verify page ownership", "    # Verify page ownership\n    return validated(request)"),),
    ),
}


def folder() -> Path | None:
    """Where the documents are, if they are."""
    found = Path(os.environ.get("HUBBUB_SEEDS") or ROOT.parent / "shared" / "seeds")
    return found if all(list(found.glob(f"{seed}_*.txt")) for seed in SEEDS) else None


@lru_cache(maxsize=1)
def blocks() -> tuple[Block, ...]:
    """Every block of the three documents, repaired; empty where they are not there."""
    place = folder()
    if place is None:
        return ()
    texts = {seed: next(place.glob(f"{seed}_*.txt")).read_text(encoding="utf-8") for seed in SEEDS}
    return tuple(repaired(one) for seed, text in texts.items() for one in fenced(seed, text))


def fenced(seed: str, text: str) -> Iterator[Block]:
    """A fence that names a language begins a block, even where the one before it was left open."""
    number, language, lines = 0, None, []
    for line in text.splitlines():
        fence = FENCE.match(line)
        if fence is None:
            lines.append(line)
            continue
        if language is not None:
            yield Block(seed=seed, number=number, language=language, text="\n".join(lines) + "\n")
        opens = language is None or bool(fence[1])
        number, language, lines = number + opens, fence[1] if opens else None, []


def repaired(block: Block) -> Block:
    """As it was meant."""
    repair = REPAIRS.get(block.name)
    if repair is None:
        return block
    text = block.text
    if repair.ends_before:
        text = text[: text.index(repair.ends_before)]
    for old, new in repair.replaced:
        assert old in text, f"{block.name} does not hold {old!r} any more"
        text = text.replace(old, new)
    return replace(block, text=text, language=repair.language or block.language)
