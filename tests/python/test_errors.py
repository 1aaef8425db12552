"""One exception with its pieces, TypeErrors for wrong types, and Ctrl-C."""
import signal
import subprocess
import sys
import time

import pytest

import lapicque as lq


def test_pieces_of_an_argument_s_error_are_attributes():
    with pytest.raises(ValueError) as caught:
        lq.Neuron(tau=-8)
    error = caught.value
    assert isinstance(error, lq.LapicqueError)
    assert str(error) == "tau = -8 ms: a membrane time constant must be greater than 0; write for example 8 ms"
    assert (error.place, error.value) == ("tau", "-8 ms")
    assert (error.rule, error.mend) == ("a membrane time constant must be greater than 0", "write for example 8 ms")
    assert error.problems == ()


def test_all_problems_of_a_file_are_attributes(tmp_path):
    file = tmp_path / "cell.toml"
    file.write_text('[neuron]\nrest = -70\nreset = -65\ntreshold = -50\nresistance = 10\ntau = "-8 ms"\n[run]\nuntil = 1\n')
    with pytest.raises(lq.LapicqueError) as caught:
        lq.read_experiment(file)
    error = caught.value
    assert [(p.line, p.key) for p in error.problems] == [(4, "neuron.treshold"), (6, "neuron.tau")]
    assert error.place == f"{file}:4: neuron.treshold" and error.mend == "did you mean threshold?"
    assert error.problems[1].value == '"-8 ms"'
    assert str(error) == "\n".join(map(repr, error.problems))


def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(lq.LapicqueError, match="did you mean threshold?"):
        lq.Neuron(V_th=-50)
    with pytest.raises(lq.LapicqueError, match="give one of exact, fast"):
        lq.spike_times(lq.Neuron(), lq.Current(), 1, precision="exakt")
    with pytest.raises(lq.LapicqueError, match="nest-precise"):
        lq.find_convention("nestt")
    with pytest.raises(TypeError, match="a convention has no stamps"):
        lq.Convention(stamps="step-end")
    with pytest.raises(TypeError, match="decimals"):
        lq.Convention(decimals="many")


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(lq.LapicqueError) as caught:
        lq.exponential_synapse(5, [1, 2, 3], [1, 2])
    assert (caught.value.place, caught.value.mend) == ("weights", "give 3")
    with pytest.raises(lq.LapicqueError, match=r"member\[1\]\.tau"):
        raise lq.LapicqueError(r"member[1].tau")  # has its attributes without any C++ as well
    assert lq.LapicqueError("x").place == "" and lq.LapicqueError("x").problems == ()


@pytest.mark.parametrize("call", [
    "lq.spike_times(lq.Neuron(), lq.step(0, lq.forever, 3), 1e11, 'fast')",
    "lq.firing_rate(lq.Neuron(), np.linspace(2, 3, 10**8))",
    "lq.population_spike_counts(lq.Neuron(), [lq.step(0, lq.forever, 3)] * 10**6, 1e6)",
])
def test_ctrl_c_ends_long_work(call):
    code = f"import numpy as np, lapicque as lq, sys\nprint('go', flush=True)\n{call}"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors and process.returncode != 0
