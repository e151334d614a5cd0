"""The formula and the gradient in the docstring of every op, in one readable text.

`python -m tests.ops.formulas` writes formulas.txt anew; look at what git shows of it.
"""

from pathlib import Path
from typing import Any

WRITTEN = Path(__file__).with_name("formulas.txt")


def formula(op: Any) -> str:
    """A line: the name of an op, and what its docstring says."""
    return f"{op.__name__}: {' '.join((op.__doc__ or '').split())}"


if __name__ == "__main__":
    from tests.ops.test_contract import OPS

    WRITTEN.write_text("".join(f"{formula(op)}\n" for op in OPS), "utf-8")
