"""Exact spike times of leaky integrate-and-fire (LIF) neurons, without time steps.

>>> import lapicque
>>> neuron = lapicque.Neuron()                   # of the exercises of Neuronal Dynamics, or Neuron(tau=12)
>>> current = lapicque.step(5, 101, 2.5) + lapicque.sinusoid(20, 100, 0.5, 250)
>>> lapicque.spike_times(neuron, current, 40).tolist()
[17.875503299472804, 30.263150140197993]
>>> lapicque.rheobase(neuron)
2.0

Plain numbers are in mV, ms, nA, MOhm, Hz and rad; a text with a unit ("2500 pA") and the quantities of Brian 2, quantities,
pint and astropy are converted. All errors are LapicqueError, a ValueError.

lapicque.figures draws with matplotlib, lapicque.exchange reads and writes other packages' spikes, lapicque.testing tests
simulators.
"""
import os as _os

# A wheel brings the table of units along; it is looked for when the first one is met.
_units = _os.path.join(_os.path.dirname(__file__), "udunits", "udunits2.xml")
if _os.path.exists(_units):
    _os.environ.setdefault("UDUNITS2_XML_PATH", _units)

try:
    from lapicque._core import *  # noqa: E402, F403
    from lapicque._core import __version__  # noqa: E402
except ModuleNotFoundError as _missing:
    # lapicque.testing works without the compiled module.
    if _missing.name != "lapicque._core":
        raise
