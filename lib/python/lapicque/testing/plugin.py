"""The pytest plug-in: @pytest.mark.lapicque(...) runs a test with `case` and `check` once for each case."""
from __future__ import annotations

from typing import Any, Callable, Dict

import pytest

from lapicque import testing


def pytest_configure(config: Any) -> None:
    config.addinivalue_line(
        "markers",
        "lapicque(tags=None, families=None, convention=None, dt=None, tolerance=None, margin=1e-10): run once for each case "
        "of lapicque.testing that takes nothing but these tags, with `case` and `check(times)`.",
    )


def _check(case: testing.Case, options: Dict[str, Any]) -> Callable[[Any], None]:
    def check(times: Any) -> None:
        __tracebackhide__ = True
        judgement = testing.judge(case, times, **options)
        if not judgement:
            pytest.fail(str(judgement), pytrace=False)

    return check


def pytest_generate_tests(metafunc: Any) -> None:
    marker = metafunc.definition.get_closest_marker("lapicque")
    if marker is None:
        return
    options = dict(marker.kwargs)
    chosen = {key: options.pop(key) for key in ("tags", "families", "margin") if key in options}
    found = testing.cases(convention=options.get("convention"), **chosen)
    names = [name for name in ("case", "check") if name in metafunc.fixturenames]
    given = [{"case": case, "check": _check(case, options)} for case in found]
    metafunc.parametrize(names, [[row[name] for name in names] for row in given], ids=[case.name for case in found])
