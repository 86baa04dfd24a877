"""The house: modules import only from parts above their own, never in a ring, and none is a drawer."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"

# Top-level parts of the package, from the ground up: each may import from those before it.
ORDER = """
    _devices mistakes plain activations targets measures tasks nets networks products foreign layouts lots presentation sgd
    steps training sensitivity gradients representations datasets utilities scoring rules stopping learning settings
    recipes methods estimators study statistics report testing cli __main__
""".split()
# The package itself holds everything, so importing it is for those who may import everything.
WHOLE = {"cli", "__main__"}
# Arrays in, results out: whatever its place in the order, statistics knows nothing of learning.
ONLY = {"statistics": set()}
DRAWERS = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
PICKLES = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


def module_name(file: Path, source: Path) -> str:
    parts = file.relative_to(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str | None:
    """The top-level part that a module stands in; None for the package itself."""
    return module.split(".")[1] if "." in module else None


def imported_names(file: Path, source: Path) -> Iterator[str]:
    """Dotted names of everything a file imports, at its top, inside functions and for types alike."""
    package = module_name(file, source).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join(above + (node.module.split(".") if node.module else []))
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def module_among(name: str, modules: set[str]) -> str | None:
    """The longest leading piece of a dotted name that is one of the modules; the rest stands in it."""
    while name not in modules and "." in name:
        name = name.rpartition(".")[0]
    return name if name in modules else None


def import_graph(source: Path) -> dict[str, set[str]]:
    """For each module below `source`, the modules below `source` that it imports."""
    files = {module_name(file, source): file for file in sorted(source.rglob("*.py"))}
    found = {
        name: {module_among(imported, set(files)) for imported in imported_names(file, source)}
        for name, file in files.items()
    }
    return {name: {module for module in imports if module} for name, imports in found.items()}


def misplaced_imports(source: Path) -> list[str]:
    faults = []
    for importer, imports in import_graph(source).items():
        part = part_of(importer)
        if part is None:
            continue
        if part not in ORDER:
            faults.append(f"{importer}: `{part}` has no place in ORDER")
            continue
        above = ONLY.get(part, set(ORDER[: ORDER.index(part)])) | {part}
        for imported in sorted(imports):
            other = part_of(imported)
            if other is None and part not in WHOLE:
                faults.append(f"{importer} imports the whole of `{imported}`")
            elif other is not None and other not in above:
                faults.append(f"{importer} imports {imported}, which is not above it")
    return faults


def import_cycle(source: Path) -> list[str]:
    """Modules that import each other in a ring, empty where there is none. The package itself is left out."""
    graph = import_graph(source)
    rooms = {
        name: {module for module in imports if part_of(module)} for name, imports in graph.items() if part_of(name)
    }
    try:
        TopologicalSorter(rooms).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def drawers(source: Path) -> list[str]:
    modules = {module_name(file, source) for file in source.rglob("*.py")}
    return sorted(name for name in modules if name.rpartition(".")[2].strip("_") in DRAWERS)


def pickles(source: Path) -> list[str]:
    return [
        f"{module_name(file, source)} imports {name}"
        for file in sorted(source.rglob("*.py"))
        for name in imported_names(file, source)
        if name.split(".")[0] in PICKLES
    ]


def test_modules_import_only_from_above() -> None:
    assert import_graph(SOURCE), f"no modules below {SOURCE}"
    assert misplaced_imports(SOURCE) == []


def test_no_modules_import_each_other() -> None:
    assert import_cycle(SOURCE) == []


def test_no_module_is_a_drawer() -> None:
    assert drawers(SOURCE) == []


def test_nothing_is_pickled() -> None:
    assert pickles(SOURCE) == []


def test_arrays_are_loaded_without_pickles() -> None:
    """`numpy.load` is told so where it is called, whatever its default."""
    calls = [
        node
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load")
    ]
    assert calls and all("allow_pickle=False" in ast.unparse(call) for call in calls)


def write_tree(source: Path, **texts: str) -> Path:
    """Files of a package `eligo`: the key `study__runner` becomes eligo/study/runner.py."""
    for key, text in {"__init__": "", **texts}.items():
        path = key if key.startswith("__") else key.replace("__", "/", 1)
        file = source / "eligo" / f"{path}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        for folder in file.relative_to(source / "eligo").parents:
            (source / "eligo" / folder / "__init__.py").touch()
    return source


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (
            {"tasks": "import eligo.training", "training": ""},
            "eligo.tasks imports eligo.training, which is not above it",
        ),
        (
            {"tasks": "from . import training", "training": ""},
            "eligo.tasks imports eligo.training, which is not above it",
        ),
        ({"tasks": "from .training import train", "training": ""}, "eligo.tasks imports eligo.training"),
        (
            {"tasks": "def f():\n    from eligo.rules import top", "rules": ""},
            "eligo.tasks imports eligo.rules",
        ),
        (
            {
                "tasks": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .rules import Rule",
                "rules": "",
            },
            "eligo.tasks imports eligo.rules",
        ),
        (
            {"study__runner": "from ..report.page import write", "report__page": ""},
            "eligo.study.runner imports eligo.report.page",
        ),
        (
            {"statistics__ranks": "from eligo import tasks", "tasks": ""},
            "eligo.statistics.ranks imports eligo.tasks",
        ),
        ({"tasks": "from eligo import train"}, "eligo.tasks imports the whole of `eligo`"),
        ({"novelty": ""}, "eligo.novelty: `novelty` has no place in ORDER"),
    ],
)
def test_a_misplaced_import_is_found(tmp_path: Path, texts: dict[str, str], fault: str) -> None:
    (found,) = misplaced_imports(write_tree(tmp_path, **texts))
    assert found.startswith(fault)


def test_imports_from_above_are_no_fault(tmp_path: Path) -> None:
    source = write_tree(
        tmp_path,
        __init__="from .cli import main",
        mistakes="import numpy as np",
        tasks="from .mistakes import check",
        training="from eligo.tasks import Task",
        study__design="from .. import training",
        study__runner="from .design import Study\nfrom . import design",
        statistics__ranks="import numpy as np",
        report__page="from ..study.runner import run\nfrom ..statistics import ranks",
        cli="import eligo\nfrom .report import page",
    )
    assert misplaced_imports(source) == []
    assert import_cycle(source) == []
    assert drawers(source) == []
    assert pickles(source) == []


@pytest.mark.parametrize("back", ["from . import design", "from .design import Study", "import eligo.study.design"])
def test_a_ring_of_imports_is_found(tmp_path: Path, back: str) -> None:
    source = write_tree(tmp_path, study__design="from .store import Store", study__store=f"def f():\n    {back}")
    assert {"eligo.study.design", "eligo.study.store"} == set(import_cycle(source))


def test_a_drawer_and_a_pickle_are_found(tmp_path: Path) -> None:
    source = write_tree(tmp_path, study__utils="", study___helpers="", tasks="def f():\n    from joblib import dump")
    assert drawers(source) == ["eligo.study._helpers", "eligo.study.utils"]
    assert pickles(source) == ["eligo.tasks imports joblib.dump"]
