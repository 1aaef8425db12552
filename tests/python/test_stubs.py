"""The stubs say what the module has, and a user's program passes mypy --strict."""
import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lapicque
from lapicque import _core

STUB = ast.parse(Path(_core.__file__).with_name("_core.pyi").read_text())
FUNCTIONS = (ast.FunctionDef,)


def public(names):
    return {name for name in names if not name.startswith("_")}


def test_stub_has_the_names_of_the_module():
    in_stub = {node.name for node in STUB.body if isinstance(node, (ast.ClassDef, *FUNCTIONS))}
    in_stub |= {node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign)}
    assert public(in_stub) == public(vars(_core))


@pytest.mark.parametrize("node", [n for n in STUB.body if isinstance(n, ast.ClassDef)], ids=lambda n: n.name)
def test_stub_has_the_members_of_each_class(node):
    if node.name == "LapicqueError":
        return
    in_stub = {member.name for member in node.body if isinstance(member, FUNCTIONS)}
    assert public(in_stub) == public(vars(getattr(_core, node.name)))


@pytest.mark.parametrize("node", [n for n in STUB.body if isinstance(n, FUNCTIONS)], ids=lambda n: n.name)
def test_stub_has_the_parameters_of_each_function(node):
    signature = inspect.getdoc(getattr(_core, node.name)).splitlines()[0]
    parameters = re.findall(r"[(,] ?\*{0,2}(\w+)(?=:|, |\))", re.sub(r"\[[^()]*?\]", "", signature.rsplit(" -> ", 1)[0]))
    arguments = node.args
    expected = [a.arg for a in arguments.args + arguments.kwonlyargs] + ([arguments.kwarg.arg] if arguments.kwarg else [])
    assert parameters == expected or arguments.kwarg


def test_users_program_passes_mypy_strict(tmp_path):
    pytest.importorskip("mypy")
    program = Path(__file__).with_name("users_program.py")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, program],
        env={"MYPYPATH": str(Path(lapicque.__file__).parents[1]), "PATH": "/usr/bin"}, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
