"""The examples in the docstrings print what stands there."""
import doctest
import inspect
from pathlib import Path

import pytest

import lapicque
import lapicque.exchange


def documented():
    """Every public object of the package that has examples, with its name."""
    found = {}
    for module in (lapicque, lapicque._core, lapicque.exchange):
        for name, thing in [(module.__name__, module), *vars(module).items()]:
            found[name] = thing
            if inspect.isclass(thing) and thing.__module__.startswith("lapicque"):
                found.update({f"{name}.{member}": inner for member, inner in vars(thing).items()})
    texts = {name: inspect.getdoc(thing) or "" for name, thing in found.items() if name[0] != "_"}
    return {name: text for name, text in texts.items() if ">>>" in text}


@pytest.mark.parametrize("name", documented())
def test_example_prints_what_the_docstring_says(name):
    scope = {key: value for key, value in vars(lapicque).items() if not key.startswith("__")}
    scope.update(ball_text=lapicque.exchange.ball_text)
    test = doctest.DocTestParser().get_doctest(documented()[name], scope, name, None, 0)
    report = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


def test_every_function_has_a_docstring_with_more_than_its_signature():
    functions = [thing for thing in vars(lapicque).values() if inspect.isbuiltin(thing)]
    assert len(functions) > 50
    assert [f.__name__ for f in functions if len(inspect.getdoc(f).strip().splitlines()) < 3] == []


def test_examples_of_the_readme_print_what_it_says():
    readme = Path(__file__).parents[2] / "lib" / "python" / "README.md"
    results = doctest.testfile(str(readme), module_relative=False, verbose=False)
    assert results.attempted > 5 and results.failed == 0
