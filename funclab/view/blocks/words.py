"""What a closed block says: its title, and what is in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from funclab import registry
from funclab.view.blocks.block import Block
from funclab.view.blocks.cut import Tree
from funclab.view.blocks.flow import Call
from funclab.view.draw.remembering import remembered
from funclab.view.draw.sentences import say, texts

MOST_CALLS, LONGEST, LARGE = 24, 90, 12
"""Of more calls than this, the most important are counted; ways up to this length are written;
and a block this large among others has its part in the title."""
AGREED, COMMON = 0.8, 0.75
"""The fraction of calls that must have the prefix, or the word, of a title."""
IMPORTANT = ("Dense", "MultiHeadAttention", "LSTM", "GRU", "Add", "Concatenate")
AFTER = ("BN", "relu", "swish", "silu", "gelu", "leakyrelu")
"""What goes without saying after a convolution."""
WORDLESS = {"conv", "separable", "block", "dense"}
_PREFIX = re.compile(r"_(?=.)|(?<=\d)(?=[a-z]_)")
_CLASS_WORD = re.compile(
    r"(re|conv|max|average|global|up|layer|batch|zero|separable|depthwise|multi|leaky)"
)


class Words:
    """The words of the blocks of a graph."""

    def __init__(self, tree: Tree) -> None:
        self.tree, self.calls = tree, tree.flow.calls

    def kind(self, i: int) -> str:
        """A call in a word or two: `Conv 3×3`."""
        call = self.calls[i]
        if self.tree.flow.is_activation(i):
            return str(call.settings.get("activation", call.kind)).lower()
        if call.crosses:
            return say("block_crossed")
        short = texts().get("kind_" + call.kind, call.kind)
        return f"{short} {'×'.join(map(str, call.window))}" if call.window else short

    @remembered
    def content(self, block: Block) -> str:
        """What is in a block, in order, with what is repeated counted."""
        if block.is_call:
            return self.kind(block.nodes[0])
        if block.kind in ("run", "beside"):
            return self._repeated(block)
        if block.kind == "ways":
            tail = [self.content(part) for part in block.tail]
            return " · ".join([self._skip(block) if block.is_skip else self._ways(block), *tail])
        large = len(block.nodes) > MOST_CALLS and block.role not in ("rest", "family")
        if large and not any(
            p.is_run and len(p.nodes) > 0.4 * len(block.nodes) for p in block.parts
        ):
            return self._counted(block)
        return _in_order(self.content(part) for part in block.parts if not part.silent)

    def _repeated(self, block: Block) -> str:
        flat = [each for part in block.parts for each in (part.parts if part.is_run else [part])]
        if block.role != "family":
            flat = block.parts
        first = _one(block)
        what = self.content(first)
        if block.kind == "beside":
            return say("block_beside", n=len(flat), what=what)
        if "·" not in what and len(first.nodes) < 6:
            kinds = list(dict.fromkeys(map(self.content, flat)))
            if len(kinds) < 3:
                return say("block_times", n=len(flat), what=" / ".join(kinds))
            return " · ".join(map(self.content, flat))
        return say("block_repeated", n=len(flat), what=what)

    def _skip(self, block: Block) -> str:
        assert block.main is not None and block.merge is not None
        merge = self.calls[block.merge.nodes[0]].kind
        pools = any("GlobalAverage" in self.calls[i].kind for i in block.nodes)
        if merge == "Multiply" and pools:
            return say("block_gate")
        key = "block_skip_" + merge
        return say(key if key in texts() else "block_skip", main=self.content(block.main))

    def _ways(self, block: Block) -> str:
        ways = [p for p in block.parts if p is not block.merge and p not in block.tail]
        short = [self.content(way).replace("Conv ", "") for way in ways]
        words = " | ".join([*short, *[say("block_as_it_is")] * block.passed])
        beside = any(way.kind == "beside" for way in ways)
        if beside or len(words) > LONGEST:
            n = sum(len(way.parts) if way.kind == "beside" else 1 for way in ways) + block.passed
            words = say("block_ways", n=n)
        if block.merge is None:
            return words
        return say("block_into", ways=words, merge=self.content(block.merge))

    def _counted(self, block: Block) -> str:
        kinds = [self.calls[i].kind for i in block.nodes]
        words = [self.kind(i).split(" ")[0] for i in block.nodes]
        told = [w for w, k in zip(words, kinds) if "Conv" in k or k in IMPORTANT]
        last = self.kind(block.nodes[-1])
        most = [pair for pair in Counter(told).most_common(3) if pair[0] != last]
        counts = [say("block_times", what=w, n=n) if n > 1 else w for w, n in most]
        return say("block_into", ways=" · ".join(counts), merge=last)

    def detail(self, block: Block) -> str:
        """What a closed box says under its title; of a run, what is repeated. It says if its layers
        are called elsewhere too, or if all repetitions are calls of the same layers."""
        what = self.content(_one(block))
        layers = [{self.calls[i].own for i in part.nodes} for part in block.parts]
        repeats = block.kind in ("run", "beside")
        if repeats and all(own == layers[0] for own in layers):
            return say("block_one_set", what=what)
        shared = any(self.tree.flow.is_shared(i) for i in block.nodes)
        return say("block_shared", what=what) if shared else what

    def usual(self, block: Block) -> str:
        """The usual name of what is in a block; empty if there is none."""
        one = _one(block)
        if one.kind == "chain" and any(p.is_stage and not p.is_plain for p in one.parts):
            return ""
        content = self.content(one)
        known = {key: text for key, text in texts("blocks").items() if key.startswith("usual_")}
        found = (key for key, pattern in known.items() if re.match(pattern, content))
        return next((say(key.replace("usual_", "block_")) for key in found), "")

    @remembered
    def title(self, block: Block) -> str:
        """A name for a block, from the names of its calls if these agree; else what it usually is,
        or what is in it."""
        return self._name(block) or self.usual(block) or self.content(_one(block))

    def _name(self, block: Block) -> str:
        last = self.calls[block.nodes[-1]]
        if block.is_call or (block.nodes[-1] in self.tree.flow.outputs and block.kind != "ways"):
            return last.name
        prefix = self.prefix(block)
        if prefix:
            short = (prefix.removeprefix(f"{stem}_") for stem in self.everywhere)
            return next((rest for rest in short if rest[0].isalpha() and rest != prefix), prefix)
        gathered = block.role in ("rest", "block") and any(
            len(part.nodes) > LARGE for part in block.parts
        )
        if block.is_run or gathered:
            return self._span(*(self._name(block.parts[at]) for at in (0, -1)))
        common = "" if block.role == "unit" else self._common(block.nodes)
        if common or block.role == "rest":
            return common or self._place(block)
        merge = self.calls[block.merge.nodes[0]] if block.merge else None
        return merge.name if merge and _is_named(merge) else ""

    def _span(self, first: str, last: str) -> str:
        """From the first name to the last one, each of which may be such a span itself: what both
        begin with is written once, as in `conv2_block2 … block3`."""
        between = say("block_from_to", first="", last="")
        if not first or not last or first == last:
            return first
        if first.split(between)[0] != last.split(between)[-1]:
            first, last = first.split(between)[0], last.split(between)[-1]
        stem, _, end = last.rpartition("_")
        again = stem and first.startswith(f"{stem}_") and not end.isdigit()
        return say("block_from_to", first=first, last=end if again else last)

    def prefix(self, block: Block) -> str:
        """The prefix that most of the names share; automatic names do not vote. That of a run ends
        with a number, or its first and last block are named."""
        votes = self._votes(block.nodes)
        classes = {*map(registry.to_snake_case, {self.calls[i].kind for i in block.nodes})}
        agreed = [
            prefix
            for prefix in votes
            if not (prefix in classes or _CLASS_WORD.fullmatch(prefix))
            and not (block.is_run and (not prefix[-1].isdigit() or self._goes_on(prefix, block)))
        ]
        return max(
            agreed, key=lambda prefix: (any(map(str.isdigit, prefix)), len(prefix)), default=""
        )

    def _goes_on(self, prefix: str, block: Block) -> bool:
        """Whether calls outside a block have its prefix, too: it does not name the block then."""
        inside = {*block.nodes}
        having = [i for i, prefixes in enumerate(self.prefixes) if prefix in (prefixes or ())]
        return not inside.issuperset(having)

    def _votes(self, nodes: Sequence[int]) -> list[str]:
        """The prefixes that most of the names share."""
        names = [prefixes for i in nodes if (prefixes := self.prefixes[i]) is not None]
        votes = Counter(prefix for prefixes in names for prefix in prefixes)
        return [p for p in votes if votes[p] >= AGREED * len(names)] if len(names) > 1 else []

    @cached_property
    def prefixes(self) -> list[list[str] | None]:
        """What the name of each call begins with; None for an automatic name."""
        return [[*_prefixes(call.name)] if _is_named(call) else None for call in self.calls]

    @cached_property
    def everywhere(self) -> list[str]:
        """What most names of the model begin with, which tells nothing; the longest first."""
        return sorted(self._votes(range(len(self.calls))), key=len, reverse=True)

    def _common(self, nodes: Sequence[int]) -> str:
        """The words that most names have in common."""
        names = [self.calls[i].name.split("_") for i in nodes if _is_named(self.calls[i])]
        counts = Counter(word for name in names for word in {*name})
        often = [word for word in counts if counts[word] >= COMMON * len(names)]
        words = [w for w in often if len(w) > 3 and w.isalpha() and w not in WORDLESS]
        order = [word for name in names for word in name]
        return " ".join(sorted(words, key=order.index)) if len(names) > 4 else ""

    def _place(self, block: Block) -> str:
        """The name of what is between blocks, by where it stands."""
        parts = self.tree.root.parts
        at = next((k for k, part in enumerate(parts) if part.nodes == block.nodes), None)
        if at is None:
            return ""
        if all(part.is_call for part in parts[:at]):
            return say("block_stem")
        last = all(part.is_call for part in parts[at + 1 :])
        return say("block_head" if last else "block_between")


def _one(block: Block) -> Block:
    """The block that a run repeats."""
    while block.kind in ("run", "beside"):
        block = block.parts[-1]
    return block


def _prefixes(name: str) -> Iterator[str]:
    return (name[: match.start()] for match in _PREFIX.finditer(name))


def _is_named(call: Call) -> bool:
    """Whether its name is not an automatic one, such as dense_1."""
    stem = re.sub(r"(_\d+)+$", "", call.name)
    return stem.replace("_", "") != call.kind.lower() and stem != "activation"


def _in_order(words: Iterable[str]) -> str:
    """Words joined; norms and activations after a convolution are left out, equal words counted."""
    kept: list[tuple[str, int]] = []
    for word in filter(None, words):  # a block of silent calls has none
        before, n = kept[-1] if kept else ("", 0)
        if word in AFTER and "Conv" in before and "+" not in before:
            continue
        if word == before:
            kept[-1] = word, n + 1
        else:
            kept.append((word, 1))
    return " · ".join(say("block_times", what=w, n=n) if n > 1 else w for w, n in kept)
