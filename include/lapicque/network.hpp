#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/receptor.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque {

// Neurons that act on one another. As lapicque::population, a target that takes TBB for its threads.
//
// What is solved: each neuron is the problem of SpikeTrain; a spike's time is the double nearest to its exact time
// given the arrivals that the neuron got, and it arrives, along each connection of its neuron, at the double nearest to
// time + delay. So a network's spikes are a definite list of doubles, the same bits on every machine and for any number
// of threads, and each neuron's train is a SpikeTrain by itself: see received_currents.

/// Where a spike goes, and what it does there.
struct Connection {
  std::uint32_t source;
  std::uint32_t target;
  double size;   ///< mV for a JumpReceptor, nA for a synaptic one
  double delay;  ///< ms, > 0
};

/// Neurons, their inputs, and their connections: numbered from 0.
///
///     Network network(std::vector(3, Neuron{}), {step(0, forever, 2.5), {}, {}});
///     network.connect(SynapticReceptor{Shape::exponential, 5}, std::vector<Connection>{{0, 1, 12.0, 1.5}});
///     for (const NetworkSpike& spike : network_spikes(network, 1000)) ...
///
/// Memory: 16 bytes a connection, and 8 for each neuron; some 25 for each pair of a receptor and a delay.
class Network {
 public:
  /// @param inputs  a current for each neuron, or none at all
  /// @throws InvalidArgument  more neurons than 2^32 - 1, or not as many inputs
  explicit Network(std::vector<Neuron> neurons, std::vector<Current> inputs = {});

  /// Adds connections, in any order; several from one neuron to another act as so many.
  /// @throws InvalidArgument  a number is not one of a neuron, a size or a delay not finite, a delay or a synapse's tau
  ///                          not > 0; nothing has changed then
  void connect(const Receptor& receptor, std::span<const Connection> connections);

  std::size_t size() const noexcept { return neurons_.size(); }
  std::size_t connections() const noexcept { return synapses_.size() + added_.size(); }
  const Neuron& neuron(std::size_t number) const { return neurons_[number]; }
  const Current& input(std::size_t number) const { return inputs_[number]; }
  /// The least delay, ms; forever without connections.
  double least_delay() const noexcept { return least_delay_; }
  std::span<const Receptor> receptors() const noexcept { return receptors_; }

  /// One connection, without its source.
  struct Synapse {
    std::uint32_t target;
    std::uint32_t route;  ///< an index of routes()
    double size;
  };
  /// What connections have in common.
  struct Route {
    std::uint32_t receptor;  ///< an index of receptors()
    double delay;            ///< ms
  };
  std::span<const Route> routes() const noexcept { return routes_; }
  /// The connections of a neuron, in the order in which they were added.
  std::span<const Synapse> from(std::size_t source) const;

 private:
  std::uint32_t route_of(std::uint32_t receptor, double delay);
  void sort() const;

  std::vector<Neuron> neurons_;
  std::vector<Current> inputs_;
  std::vector<Receptor> receptors_;
  std::vector<Route> routes_;
  std::map<std::pair<std::uint32_t, double>, std::uint32_t> route_numbers_;
  double least_delay_ = forever;
  // Connections are added as they come, and sorted by source when they are first asked for.
  mutable std::vector<std::uint32_t> sources_;  ///< of those added since
  mutable std::vector<Synapse> added_;
  mutable std::vector<Synapse> synapses_;
  mutable std::vector<std::size_t> offsets_;  ///< where in `synapses_` each neuron's begin, and the end
};

/// A spike of a network.
struct NetworkSpike {
  std::uint32_t neuron;
  double time;  ///< ms
  bool operator==(const NetworkSpike&) const = default;
};

struct NetworkOptions {
  /// With Precision::fast each time is within its bound given what arrived, and the list not the definite one.
  Precision precision = Precision::exact;
  /// Told of the time reached (ms), now and then, by the calling thread; none where it is empty.
  std::function<void(double time)> progress{};
};

/// All spikes with an exact time in 0 <= t <= until (ms), in the order of time, then of the neuron's number.
///
/// Threads: as many as TBB has, see population.hpp. Neurons are independent within a window of the least delay; nothing
/// depends on who does what. Cost: that of each neuron's OpenTrain, and for each neuron and window either an estimate
/// in double that it plainly makes no spike (below 0.1 us), or a call of its train (some 2 us). Where the least delay
/// is shorter than 2^-14 of the run, windows are that long, and what a spike brings about within one is solved again
/// until nothing changes. Memory, beside the result: one OpenTrain a neuron, which keeps its arrivals.
/// @throws InvalidArgument  until not finite or not > 0; a delay shorter than one unit in the last place of until;
///                          a neuron's train cannot be told, see SpikeTrain: "neuron[17].t"
std::vector<NetworkSpike> network_spikes(const Network& network, double until, const NetworkOptions& options = {});

/// What each neuron receives while the network has these spikes: its input, and what arrives along its connections.
/// With the network's own spikes, the SpikeTrain of each neuron under its current has just its spikes; with somebody
/// else's, it is what their neuron should have done, however chaotic the network.
/// @throws InvalidArgument  a neuron's number is none of the network, or a time not finite
std::vector<Current> received_currents(const Network& network, std::span<const NetworkSpike> spikes);

}  // namespace lapicque
