"""Commands of the notebook: `%funclab`, `%nodes LAYER` and `%%shapes`."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from funclab.errors import ArgumentError, FunclabError
from funclab.graph.node import RECORDS, Node
from funclab.graph.operation import Operation
from funclab.view.live import defaults
from funclab.view.live.explorer import explore
from funclab.view.live.shapes import ShapeWalk
from funclab.view.steps import walk
from funclab.view.steps_failed import failed_step

HELP = """\
model                      the graph of a model, when it is the last line of a cell
layer, tensor              a layer's nodes; the way to a tensor
%nodes LAYER               the nodes of a layer
%%shapes                   first line of a cell: how each call in it inferred its shape
%funclab look projector    the look of all views from now on: auto, light, dark, print, projector
%funclab ask on            views ask before they show (on, off)"""


@magics_class
class FunclabMagics(Magics):
    """What `%load_ext funclab` adds."""

    @line_magic
    def funclab(self, line: str) -> None:
        """Help, or `look NAME`, or `ask on`."""
        words = line.split()
        if not words:
            print(HELP)
        elif words[0] == "look" and len(words) == 2:
            defaults.set_look(words[1])
        elif words[0] == "ask" and words[1:] in (["on"], ["off"]):
            defaults.set_ask(words[1] == "on")
        else:
            raise ArgumentError(
                f"%funclab does not know {line!r}.",
                why="it knows `look NAME`, `ask on` and `ask off`.",
                fix="type %funclab alone for the list.",
            )

    @line_magic
    def nodes(self, line: str) -> None:
        """The nodes of the layer (or the path to the tensor, or the graph of the model) named."""
        display(explore(self._shell.ev(line)))

    @cell_magic
    def shapes(self, line: str, cell: str) -> None:
        """Run the cell, then walk through the calls it made; a failing call ends the walk."""
        made: list[Node] = []
        RECORDS.append(made)
        try:
            self._shell.ex(cell)
        except FunclabError as error:
            if isinstance(error.graph, Operation):
                self._show(made, failed_step(error.graph, list(error.tensors), error))
            raise
        finally:
            RECORDS[:] = [record for record in RECORDS if record is not made]
        self._show(made, None)

    @property
    def _shell(self) -> Any:
        return self.shell

    @staticmethod
    def _show(made: list[Node], failure: Any) -> None:
        display(ShapeWalk(walk("this cell", made), failure))
