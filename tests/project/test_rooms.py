"""Who may import whom: the order of the rooms, and the doors by which other packages come in."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from funclab.models import late
from tests.project.source import PACKAGE, Source, called_name, sources

# A room may import from its own row and from the rows above it.
ORDER = (
    ("errors", "files", "registry", "config"),
    ("engine.kernels",),
    ("graph",),
    ("ops",),
    ("engine",),
    ("activations", "initializers", "random", "regularizers", "constraints"),
    ("layers",),
    ("models",),
    ("losses", "metrics", "optimizers", "callbacks"),
    ("training",),
    ("saving",),
    ("view",),
    ("distribute",),
    ("wrappers",),
    ("datasets", "utils"),
    ("keras2",),
    ("teach", "funclab"),
)
# The rooms of `view`, in the same order: each may import from those before it.
VIEW = (
    *(
        "draw",
        "augmented",
        "blocks",
        "scene",
        "live",
        "tables",
        "code",
        "shapes",
        "diff",
        "playground",
        "trace",
    ),
    *("learned", "inside", "whatif", "mistakes", "embedding", "landscape"),
    *("profile", "explorer", "training", "faults", "edit", "lesson", "classroom", "notebook"),
)
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}

# The one door upward: a table of what rooms above add to models, imported when it is first used.
DOOR = "funclab.models.late"
# Other modules that import a module by a name that is not written there, all of rooms below them:
# Keras' names for modules, and packages and lessons that are loaded when they are first used.
BY_NAME = {
    *("funclab", "funclab.errors", "funclab.errors.missing_names", "funclab.keras2.paths"),
    *(
        "funclab.keras2.programs",
        "funclab.keras2.tensorflow",
        "funclab.saving.onnx_file",
        "funclab.teach",
        "funclab.view",
    ),
    *("funclab.teach.checking", "funclab.view.notebook.entry_points", "funclab.registry.moved"),
}

# Everything that is neither Python's own nor numpy, and the rooms it may enter.
DOORS = {
    "numba": {"engine.kernels"},
    "threadpoolctl": {"engine.kernels", "engine"},
    "anywidget": {"view"},
    "ipywidgets": {"view"},
    "traitlets": {"view"},
    "IPython": {"view"},
    "matplotlib": {"view"},
    "dask": {"distribute"},
    "distributed": {"distribute"},
    "cloudpickle": {"distribute"},
    "joblib": {"distribute"},
    "sklearn": {"wrappers"},
    "graphviz": {"view"},
    "pandas": {"keras2", "view"},
    "h5py": {"saving"},
    "keras": {"saving"},
    "onnx": {"saving"},
    "jupyter_client": {"teach"},
    "jupyter_core": {"teach"},
    "jupyter_server": {"teach"},
    "jupyterlab": {"teach"},
    "nbformat": {"teach"},
    "pytest": {"teach"},
    "nbconvert": {"teach"},
    "hatchling": {"view"},
    "PIL": {"view", "utils"},
}
HEAVY = [
    *("numba", "matplotlib", "ipywidgets", "anywidget", "h5py", "IPython", "graphviz"),
    *("pandas", "asyncio", "concurrent.futures", "logging", "funclab.view.scene.scene"),
]
KERNEL_TOOLS = {
    f"funclab.engine.kernels.{name}"
    for name in ("jit", "threads", "window", "recurrent.recurrent_in_numpy")
}
# Modules of loops whose plain functions others call, outside of their own loops.
KERNEL_TOOLS |= {"funclab.engine.kernels", "funclab.engine.kernels.depthwise"}
# What a module of compiled loops may lean on. numba keeps machine code by the date of one file,
# so a loop that called a loop of another file would not see an edit there.
KERNEL_IMPORTS = {"__future__", "itertools", "math", "numpy", "typing", *KERNEL_TOOLS}


def room_of(source: Source) -> str:
    return imported_room(module_name(source))


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of every import that runs, at the top or inside a function."""
    for node in running(source):
        for name in imported_names(node, source):
            yield getattr(node, "lineno", 0), name


@cache
def running(source: Source) -> list[ast.AST]:
    """The imports and calls in a file, but for what only type checkers read."""
    waiting, found = [source.tree], list[ast.AST]()
    while waiting:
        node: ast.AST = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call):
            found.append(node)
        waiting.extend(ast.iter_child_nodes(node))
    return found


def imported_names(node: ast.AST, source: Source) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = source.path.parent.relative_to(PACKAGE.parent).parts
        base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
        module = ".".join(part for part in (base, node.module or "") if part)
        # `from funclab import ops` names a room after the word import.
        return (
            [f"{module}.{alias.name}" for alias in node.names] if module == "funclab" else [module]
        )
    if isinstance(node, ast.Call) and called_name(node) == "import_module":
        return [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)]
    return []


def imported_room(name: str) -> str:
    """The room of a module: the longest name in ORDER that its own begins with."""
    parts = name.split(".")[1:3]
    rooms = (".".join(parts[:count]) for count in (2, 1))
    return next((room for room in rooms if room in LEVEL), "funclab")


def imported_modules(folder: Path = PACKAGE) -> dict[str, set[str]]:
    """The modules of a folder, and which of them each imports when it runs."""
    modules = {module_name(source): source for source in sources(folder)}
    return {
        name: {
            full if full in modules else module
            for node in running(source)
            if isinstance(node, ast.ImportFrom) and (module := node.module or "")
            for full in [f"{module}.{alias.name}" for alias in node.names]
        }
        & modules.keys()
        for name, source in modules.items()
    }


def module_name(source: Source) -> str:
    parts = source.path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def test_every_room_has_its_place_in_the_order():
    unplaced = {source.name for source in sources() if room_of(source) not in LEVEL}

    assert not unplaced, (
        f"Give these a row in ORDER, tests/project/test_rooms.py: {sorted(unplaced)}"
    )


def test_no_room_imports_a_room_above_it():
    upward = [
        f"{source.name}:{line} ({room_of(source)}) imports {name}"
        for source in sources()
        for line, name in imports(source)
        if name.split(".")[0] == "funclab" and LEVEL[imported_room(name)] > LEVEL[room_of(source)]
    ]

    assert not upward, "\n".join(["ORDER in tests/project/test_rooms.py forbids:", *upward])


def test_only_the_table_of_late_methods_reaches_upward():
    by_name = {
        module_name(source)
        for source in sources()
        for node in running(source)
        if isinstance(node, ast.Call) and called_name(node) == "import_module"
        if not isinstance(node.args[0], ast.Constant)
    }
    of_types = {
        module_name(source)
        for source in sources()
        for node in ast.walk(source.tree)
        for name in imported_names(node, source)
        if name.split(".")[0] == "funclab" and LEVEL[imported_room(name)] > LEVEL[room_of(source)]
    }

    assert by_name == {DOOR, *BY_NAME}
    assert of_types == {DOOR, "funclab.models", "funclab.models.model"}


def test_the_table_of_late_methods_is_what_type_checkers_read():
    [source] = [source for source in sources() if module_name(source) == DOOR]
    classes = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
    typed = {
        cls.name: {
            alias.asname or alias.name: f"{node.module}.{alias.name}".removeprefix("funclab.")
            for node in ast.walk(cls)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for cls in classes
    }

    assert {name: late.ABOVE[name] for name, imports in typed.items() if imports} == {
        name: imports for name, imports in typed.items() if imports
    }
    assert all(
        callable(late.above(owner, name)) for owner in late.ABOVE for name in late.ABOVE[owner]
    )


def test_no_room_of_view_imports_one_that_comes_after_it():
    level = {f"funclab.view.{room}": i for i, room in enumerate(VIEW)}
    room = {name: ".".join(name.split(".")[:3]) for name in imported_modules(PACKAGE / "view")}

    upward = [
        f"{importer} imports {module}"
        for importer, modules in imported_modules(PACKAGE / "view").items()
        for module in modules
        if level.get(room[importer], len(VIEW)) < level.get(room[module], len(VIEW))
    ]

    assert not upward, "\n".join(["VIEW in tests/project/test_rooms.py forbids:", *upward])
    assert {path.parent.name for path in (PACKAGE / "view").glob("*/__init__.py")} == set(VIEW)


def test_no_modules_import_each_other_in_a_circle():
    waiting = imported_modules()
    while free := {name for name, modules in waiting.items() if not modules & waiting.keys()}:
        waiting = {name: modules for name, modules in waiting.items() if name not in free}

    assert not waiting, f"These import each other, or one that does: {sorted(waiting)}"


def test_other_packages_come_in_by_their_own_doors():
    known = sys.stdlib_module_names | {"funclab", "numpy"}
    strays = [
        f"{source.name}:{line} imports {name}; its doors: {sorted(DOORS.get(package, []))}"
        for source in sources()
        for line, name in imports(source)
        if (package := name.split(".")[0]) not in known
        and room_of(source) not in DOORS.get(package, set())
    ]

    assert not strays, "\n".join(strays)


def test_a_module_of_loops_leans_only_on_math_numpy_and_the_jit():
    strays = [
        f"{source.name}:{line} imports {name}"
        for source in sources(PACKAGE / "engine" / "kernels")
        if "@jit" in source.text and source.path.name != "jit.py"
        for line, name in imports(source)
        if name not in KERNEL_IMPORTS
    ]

    assert not strays, "\n".join(["numba would keep old code of these:", *strays])


def test_importing_funclab_stays_light():
    program = "import sys, funclab; funclab.Model; "
    program += f"print([name for name in {HEAVY} if name in sys.modules])"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert run.stdout.strip() == "[]", run.stdout + run.stderr


def test_a_newcomer_sees_at_most_thirty_names_and_twenty_five_files_side_by_side():
    folders = {path.parent for path in PACKAGE.rglob("*.*") if path.suffix in (".py", ".js")}
    crowded = {str(folder.relative_to(PACKAGE.parent)): len(files) for folder in folders
               if len(files := source_files(folder)) > 25}  # fmt: skip
    names = [path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"]

    assert not crowded and len(names) <= 30, (crowded, sorted(names))


def source_files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix in (".py", ".js", ".css")]
