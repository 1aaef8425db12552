"""Experiments as files, texts and dicts; tables of spikes and traces."""
from pathlib import Path

import numpy as np
import pytest

import lapicque as lq

NEURON = {"rest": -70, "reset": -65, "threshold": -50, "resistance": "10 Mohm", "tau": "8 ms"}
TEXT = """[neuron]
rest = -70
reset = -65
threshold = -50
resistance = "10 Mohm"
tau = "8 ms"
[run]
until = "200 ms"
[[input]]
kind = "samples"
step = 0.5
values = [3, 2.5, "3500 pA"]
"""


def test_text_file_and_dict_are_the_same_experiment(tmp_path):
    file = tmp_path / "cell.toml"
    file.write_text(TEXT)
    data = {"neuron": NEURON, "run": {"until": "200 ms"},
            "input": [{"kind": "samples", "step": np.float64(0.5), "values": np.array([3, 2.5, 3.5])}]}
    experiments = [lq.read_experiment(file), lq.parse_experiment(TEXT), lq.parse_experiment(data)]
    for experiment in experiments:
        assert experiment.neuron == lq.Neuron(refractory=0)
        assert experiment.until == 200
        assert experiment.current.pieces[0].values.tolist() == [3, 2.5, 3.5]
    assert [Path(read) for read in experiments[0].files] == [file] and experiments[2].files == []


def test_neuron_s_numbers_may_be_given_in_place_of_the_file_s():
    assert lq.parse_experiment(TEXT, tau=12).neuron.tau == 12
    with pytest.raises(lq.LapicqueError, match="tau"):
        lq.parse_experiment(TEXT, tau=-12)


def test_data_files_of_a_dict_are_looked_up_in_its_folder(tmp_path):
    (tmp_path / "current.csv").write_text("current_nA\n1\n2\n")
    data = {"neuron": NEURON, "run": {"until": 1}, "input": [{"kind": "samples", "step": 1, "file": Path("current.csv")}]}
    assert lq.parse_experiment(data, folder=tmp_path).current.pieces[0].values.tolist() == [1, 2]


@pytest.mark.parametrize("change, message", [
    ({"neuron": {**NEURON, "tau": float("nan")}}, 'cell: neuron.tau = .nan.: must be a finite number'),
    ({"neuron": {**NEURON, "tau": "8 mV"}}, "cell: neuron.tau = .8 mV.: expected a time, mV is a voltage"),
    ({"neuron": {**NEURON, "treshold": 1}}, "cell: unknown key neuron.treshold; did you mean threshold?"),
    ({"run": {}}, "cell: missing key run.until"),
    ({"input": {"kind": "step"}}, "cell: inputs are a list, not a table"),
    ({"input": [{"kind": "stp"}]}, r"cell: input\[1\].kind = .*stp.*; did you mean .step.\?"),
])
def test_what_is_wrong_with_a_dict_is_told_by_its_key(change, message):
    with pytest.raises(lq.LapicqueError, match=message) as caught:
        lq.parse_experiment({"neuron": NEURON, "run": {"until": 1}, **change}, name="cell")
    assert all(problem.line == 0 for problem in caught.value.problems)


def test_a_dict_with_what_is_no_data_is_a_type_error():
    with pytest.raises(TypeError, match="an experiment has no object"):
        lq.parse_experiment({"neuron": object()})


def test_quantities_in_a_dict_are_read_with_their_unit():
    quantities = pytest.importorskip("quantities")
    data = {"neuron": {**NEURON, "tau": 0.008 * quantities.s}, "run": {"until": 1}}
    assert lq.parse_experiment(data).neuron.tau == 8


def test_spikes_are_read_from_tables_with_a_warning_for_what_is_assumed(tmp_path):
    file = tmp_path / "spikes.csv"
    file.write_text("sender,time_s\n1,0.0178755\n2,0.02\n")
    assert lq.read_spikes(file, neuron="1").tolist() == [17.8755]
    with pytest.raises(lq.LapicqueError, match="neuron"):
        lq.read_spikes(file)
    file.write_text("time_ms\n20.5\n17.5\n")
    with pytest.warns(UserWarning, match="sorted"):
        assert lq.read_spikes(file).tolist() == [17.5, 20.5]


def test_trace_is_read_in_ms_and_mv(tmp_path):
    file = tmp_path / "trace.csv"
    file.write_text("t_s,v_V\n0,-0.07\n0.001,-0.065\n")
    times, potentials = lq.read_trace(file)
    assert times.tolist() == [0, 1] and potentials.tolist() == [-70, -65]
