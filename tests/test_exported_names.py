from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import wa_policy


def test_all_is_sorted_and_each_name_is_there() -> None:
    assert wa_policy.__all__ == sorted(wa_policy.__all__)
    for name in wa_policy.__all__:
        assert getattr(wa_policy, name) is not None
    assert dir(wa_policy) == wa_policy.__all__


def test_all_is_what_type_checkers_see() -> None:
    tree = ast.parse(Path(wa_policy.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == set(wa_policy.__all__)


def test_no_name_is_that_of_a_subpackage() -> None:
    # Importing `wa_policy.x` sets `wa_policy.x`: a function of that name would be there or not, by chance.
    root = Path(wa_policy.__file__).parent
    modules = {path.stem for path in root.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert not modules & set(wa_policy.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute `nothing`"):
        _ = wa_policy.nothing


def test_the_types_are_shipped() -> None:
    assert (Path(wa_policy.__file__).parent / "py.typed").is_file()


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import wa_policy, sys; print([m for m in sys.modules if m.startswith('wa_policy.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
