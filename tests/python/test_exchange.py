"""neo, SONATA and NWB, where the packages are."""
import numpy as np
import pytest

import lapicque as lq
from lapicque import exchange


def test_train_goes_to_neo_and_back():
    pytest.importorskip("neo")
    train = lq.spike_train(lq.Neuron(), lq.step(0, lq.forever, 3), 100)
    neo_train = train.to_neo()
    assert str(neo_train.units.dimensionality) == "ms" and float(neo_train.t_stop) == 100
    assert exchange.from_neo(neo_train).tolist() == train.times.tolist()
    assert exchange.from_neo(neo_train.rescale("s")) == pytest.approx(train.times, rel=1e-15)


@pytest.mark.parametrize("unit, factor", [("ms", 1), ("milliseconds", 1), (b"s", 1000)])
def test_sonata_s_spikes_are_read_by_neuron(tmp_path, unit, factor):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "spikes.h5", "w") as root:
        group = root.create_group("spikes/cortex")
        group["timestamps"], group["node_ids"] = [3.5, 1.5, 2.25], [7, 7, 9]
        group["timestamps"].attrs["units"] = unit
    spikes = exchange.read_sonata(tmp_path / "spikes.h5")
    assert {k: v.tolist() for k, v in spikes.items()} == {7: [1.5 * factor, 3.5 * factor], 9: [2.25 * factor]}
    with pytest.raises(lq.LapicqueError, match="cortex"):
        exchange.read_sonata(tmp_path / "spikes.h5", "thalamus")


def test_nwb_s_units_are_read_in_ms(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "session.nwb", "w") as root:
        units = root.create_group("units")
        units["spike_times"], units["spike_times_index"], units["id"] = [0.0015, 0.0117, 0.02], [2, 2, 3], [4, 5, 6]
    spikes = exchange.read_nwb(tmp_path / "session.nwb")
    assert {k: v.tolist() for k, v in spikes.items()} == {4: [1.5, 11.7], 5: [], 6: [20]}


def test_ball_holds_both_ends():
    assert exchange.ball_text("10", "10") == "10 +/- 0"
    assert exchange.ball_text("0.1", "0.4") == "0.25 +/- 1.5e-1"
