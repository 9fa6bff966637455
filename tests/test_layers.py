"""The house of DESIGN §2: imports go upward only, never in a circle, and never to a heavy engine by default."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import syncline

PACKAGE = Path(syncline.__file__).parent

# Lowest first. Rooms of one line are siblings: they do not know each other.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in """
    errors memory timebase
    events child threads
    media
    face speech render music
    motion
    engines
    quality
    timeline store
    pipeline
    scene doctor report
    demonstration
    syncline
    cli service
    __main__
    """.strip().splitlines()
)
FACADE = "syncline"
# The command line and the service know the façade and the leaves alone.
FACADE_ONLY = frozenset({"cli", "service"})
LEAVES = frozenset({"errors", "memory", "timebase", "events", "child", "threads"})
HEAVY = ("torch", "ray")


def modules() -> dict[str, Path]:
    """Dotted name of every module to its file."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else FACADE


def imports(module: str, *, at_run_time: bool) -> Iterator[str]:
    """Modules of this package that a module imports; without those only for type checkers where `at_run_time`."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    if at_run_time:
        _drop_type_checking(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            base = node.module or ""
            names = [f"{base}.{a.name}" if f"{base}.{a.name}" in MODULES else base for a in node.names]
        else:
            continue
        yield from (name for name in names if name in MODULES)


def _drop_type_checking(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []


def level(name: str) -> int:
    return next(n for n, layer in enumerate(LAYERS) if name in layer)


def test_every_room_has_its_layer() -> None:
    assert {room(module) for module in MODULES} <= frozenset().union(*LAYERS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_one_way(module: str) -> None:
    here = room(module)
    for imported in imports(module, at_run_time=False):
        there = room(imported)
        if there == here:
            continue
        assert level(there) < level(here), f"{module} imports {imported}: an arrow upward or to a sibling"
        if here in FACADE_ONLY:
            assert there in LEAVES | {FACADE}, f"{module} imports {imported} past the façade"


def test_no_circle_of_imports() -> None:
    graph = {module: set(imports(module, at_run_time=True)) - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as exc:
        pytest.fail(" -> ".join(exc.args[1]))


def test_no_module_loads_a_heavy_engine_on_import() -> None:
    for module, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:  # module level only
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in HEAVY], f"{module} loads a heavy engine"


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running code."""
    code += "\nimport sys, json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import syncline") & {"numpy", "cv2", "av", "mediapipe", "scipy", "pydantic", *HEAVY}


def test_the_command_line_starts_light() -> None:
    assert not loaded_by("import syncline.cli") & {"cv2", "av", "mediapipe", "scipy", *HEAVY}


def test_the_whole_pipeline_loads_no_heavy_engine() -> None:
    loaded = loaded_by("import syncline\nfor name in syncline.__all__: getattr(syncline, name)")
    assert "cv2" in loaded
    assert not loaded & set(HEAVY)
