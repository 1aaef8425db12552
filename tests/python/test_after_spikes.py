"""Rules and after-spike parts of a neuron, by formulas of intervals under a constant current, from rest at -70 to -50 mV."""
import copy
import math
import pickle

import pytest

import lapicque
from lapicque import Neuron, step

ADAPTING = Neuron(after_spike=[{"kind": "current", "jump": "-100 pA", "tau": 100}, {"kind": "threshold", "jump": 4, "tau": "20 ms"}])


def first_interval(neuron, current):
    first, second = lapicque.spike_times(neuron, current, 100)[:2]
    return second - first


def test_a_threshold_that_moves_with_the_membranes_time_constant_is_another_reset():
    neuron = Neuron(after_spike=[{"kind": "threshold", "jump": 4, "tau": 8}])
    expected = 2 + 8 * math.log((21 + 4 * math.exp(-1 / 4)) / 6)
    assert first_interval(neuron, step(0, math.inf, 2.6)) == pytest.approx(expected, rel=1e-13)


def test_silence_lets_the_potential_rise_at_once():
    neuron = Neuron(refractory_rule="silent")
    assert first_interval(neuron, step(0, math.inf, 2.6)) == pytest.approx(8 * math.log(21 / 6), rel=1e-13)


def test_a_reset_by_a_difference_keeps_what_a_jump_had_too_much():
    neuron = Neuron(reset_rule="by", refractory=0)
    current = lapicque.pulses([3], [25]) + step(3, math.inf, 2.6)
    assert first_interval(neuron, current) == pytest.approx(8 * math.log(16 / 6), rel=1e-13)


@pytest.mark.parametrize("neuron", [ADAPTING, Neuron(reset_rule="by", refractory_rule="jumps-kept")])
def test_copies_keep_them(neuron):
    for other in (pickle.loads(pickle.dumps(neuron)), copy.deepcopy(neuron), Neuron(**neuron.parameters()), eval(repr(neuron))):
        assert other == neuron and hash(other) == hash(neuron) and other != Neuron()
        assert other.after_spike == neuron.after_spike
        assert (other.reset_rule, other.refractory_rule) == (neuron.reset_rule, neuron.refractory_rule)


def test_quantities_are_converted():
    assert ADAPTING.after_spike == [
        {"kind": "current", "jump": -0.1, "tau": 100.0}, {"kind": "threshold", "jump": 4.0, "tau": 20.0}]


@pytest.mark.parametrize("given, place", [
    ({"reset_rule": "twice"}, "reset_rule"), ({"reset_rule": 1}, "reset_rule"), ({"refractory_rule": "mute"}, "refractory_rule"),
    ({"after_spike": "current"}, "after_spike"), ({"after_spike": [1]}, "after_spike"),
    ({"after_spike": [{"kind": "current", "tau": 1}]}, "after_spike"),
    ({"after_spike": [{"kind": "current", "jump": 1, "tau": 1, "size": 1}]}, "after_spike"),
    ({"after_spike": [{"kind": "voltage", "jump": 1, "tau": 1}]}, "kind"),
    ({"after_spike": [{"kind": "current", "jump": "4 mV", "tau": 1}]}, "jump"),
    ({"after_spike": [{"kind": "current", "jump": 1, "tau": 0}]}, "after_spike"),
])
def test_what_cannot_be_is_named(given, place):
    with pytest.raises(lapicque.LapicqueError) as error:
        Neuron(**given)
    assert place in error.value.place and error.value.mend
