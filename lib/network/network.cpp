#include "lapicque/network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "input/argument.hpp"
#include "input/transform.hpp"
#include "lapicque/error.hpp"

namespace lapicque {
namespace {

bool is_same(const Receptor& a, const Receptor& b) {
  if (a.index() != b.index()) return false;
  const auto* synapse = std::get_if<SynapticReceptor>(&a);
  if (synapse == nullptr) return true;
  const auto& other = std::get<SynapticReceptor>(b);
  return synapse->shape == other.shape && synapse->tau == other.tau;
}

Current current_of(const Receptor& receptor, std::vector<Event> events) {
  const auto* synapse = std::get_if<SynapticReceptor>(&receptor);
  if (synapse == nullptr) return pulses(std::move(events));
  return detail::synaptic_current(synapse->shape, synapse->tau, std::move(events));
}

}  // namespace

Network::Network(std::vector<Neuron> neurons, std::vector<Current> inputs)
    : neurons_(std::move(neurons)), inputs_(std::move(inputs)), offsets_(neurons_.size() + 1) {
  if (inputs_.empty()) inputs_.resize(neurons_.size());
  const auto count = [](std::size_t n, const char* what) { return std::to_string(n) + " " + what; };
  if (neurons_.size() >= std::numeric_limits<std::uint32_t>::max())
    throw InvalidArgument("neurons", count(neurons_.size(), "neurons"), "a network has fewer than 2^32 - 1");
  if (inputs_.size() != neurons_.size())
    throw InvalidArgument("inputs", count(inputs_.size(), "currents"),
                          "there must be as many as neurons, " + std::to_string(neurons_.size()) + ", or none");
}

void Network::connect(const Receptor& receptor, std::span<const Connection> connections) {
  if (const auto* synapse = std::get_if<SynapticReceptor>(&receptor))
    detail::require_positive(synapse->tau, "receptor.tau", "ms");
  for (std::size_t k = 0; k < connections.size(); ++k) {
    const Connection& connection = connections[k];
    // The subject's text costs more than the looks themselves.
    const bool is_sound = connection.source < size() && connection.target < size() && std::isfinite(connection.size) &&
                          std::isfinite(connection.delay) && connection.delay > 0;
    if (is_sound) continue;
    const std::string subject = "connections[" + std::to_string(k) + "]";
    for (const auto& [number, name] :
         {std::pair(connection.source, ".source"), std::pair(connection.target, ".target")})
      if (number >= size())
        throw InvalidArgument(subject + name, std::to_string(number), "there is no such neuron",
                              "this network has " + std::to_string(size()) + ", numbered from 0");
    detail::require_finite(connection.size, subject + ".size", "");
    detail::require_positive(connection.delay, subject + ".delay", "ms");
  }
  const auto known = std::find_if(receptors_.begin(), receptors_.end(),
                                  [&](const Receptor& other) { return is_same(receptor, other); });
  const auto number = static_cast<std::uint32_t>(known - receptors_.begin());
  if (known == receptors_.end()) receptors_.push_back(receptor);
  for (const Connection& connection : connections) {
    sources_.push_back(connection.source);
    added_.push_back({connection.target, route_of(number, connection.delay), connection.size});
    least_delay_ = std::min(least_delay_, connection.delay);
  }
}

std::uint32_t Network::route_of(std::uint32_t receptor, double delay) {
  const auto [place, is_new] =
      route_numbers_.try_emplace({receptor, delay}, static_cast<std::uint32_t>(routes_.size()));
  if (is_new) routes_.push_back({receptor, delay});
  return place->second;
}

void Network::sort() const {
  if (added_.empty()) return;
  std::vector<std::size_t> offsets(size() + 1);
  for (std::size_t n = 0; n < size(); ++n) offsets[n + 1] = offsets_[n + 1] - offsets_[n];
  for (const std::uint32_t source : sources_) ++offsets[source + 1];
  for (std::size_t n = 0; n < size(); ++n) offsets[n + 1] += offsets[n];
  std::vector<Synapse> sorted(synapses_.size() + added_.size());
  std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
  for (std::size_t n = 0; n < size(); ++n) {
    for (std::size_t k = offsets_[n]; k < offsets_[n + 1]; ++k) sorted[next[n]++] = synapses_[k];
  }
  for (std::size_t k = 0; k < added_.size(); ++k) sorted[next[sources_[k]]++] = added_[k];
  synapses_ = std::move(sorted);
  offsets_ = std::move(offsets);
  added_ = {};
  sources_ = {};
}

std::span<const Network::Synapse> Network::from(std::size_t source) const {
  sort();
  return std::span(synapses_).subspan(offsets_[source], offsets_[source + 1] - offsets_[source]);
}

std::vector<Current> received_currents(const Network& network, std::span<const NetworkSpike> spikes) {
  const std::size_t receptors = network.receptors().size();
  std::vector<std::vector<Event>> events(network.size() * receptors);
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    const std::string subject = "spikes[" + std::to_string(k) + "]";
    if (spikes[k].neuron >= network.size())
      throw InvalidArgument(subject + ".neuron", std::to_string(spikes[k].neuron), "there is no such neuron",
                            "this network has " + std::to_string(network.size()) + ", numbered from 0");
    detail::require_finite(spikes[k].time, subject + ".time", "ms");
    for (const Network::Synapse& synapse : network.from(spikes[k].neuron)) {
      const Network::Route& route = network.routes()[synapse.route];
      events[synapse.target * receptors + route.receptor].push_back({spikes[k].time + route.delay, synapse.size});
    }
  }
  std::vector<Current> currents;
  currents.reserve(network.size());
  for (std::size_t n = 0; n < network.size(); ++n) {
    Current current = network.input(n);
    for (std::size_t r = 0; r < receptors; ++r) {
      auto& of_receptor = events[n * receptors + r];
      if (!of_receptor.empty()) current += current_of(network.receptors()[r], std::move(of_receptor));
    }
    currents.push_back(std::move(current));
  }
  return currents;
}

}  // namespace lapicque
