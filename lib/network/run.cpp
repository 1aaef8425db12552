#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <execution>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "lapicque/network.hpp"
#include "lapicque/open_train.hpp"
#include "network/potential_estimate.hpp"

namespace lapicque {
namespace {

constexpr double first_horizon = 0;          // no spike comes before it
constexpr double shortest_window = 0x1p-14;  // of the run

/// An arrival at one of a neuron's own receptors.
struct Arrival {
  double time;
  double size;
  std::uint32_t receptor;
  bool operator==(const Arrival&) const = default;
};

/// The receptors of a network that connections to a neuron take, and their numbers among them.
class Receptors {
 public:
  Receptors(const Network& network)
      : network_(network), count_(network.receptors().size()), numbers_(network.size() * count_, none) {
    for (std::size_t source = 0; source < network.size(); ++source) {
      for (const Network::Synapse& synapse : network.from(source))
        numbers_[synapse.target * count_ + network.routes()[synapse.route].receptor] = 0;
    }
    for (std::size_t n = 0; n < network.size(); ++n) {
      std::uint32_t next = 0;
      for (std::size_t r = 0; r < count_; ++r) {
        if (auto& number = numbers_[n * count_ + r]; number != none) number = next++;
      }
    }
  }
  std::uint32_t number(std::size_t neuron, std::uint32_t receptor) const {
    return numbers_[neuron * count_ + receptor];
  }
  std::vector<Receptor> of(std::size_t neuron) const {
    std::vector<Receptor> receptors;
    for (std::size_t r = 0; r < count_; ++r) {
      if (numbers_[neuron * count_ + r] != none) receptors.push_back(network_.receptors()[r]);
    }
    return receptors;
  }

 private:
  static constexpr auto none = std::numeric_limits<std::uint32_t>::max();
  const Network& network_;
  std::size_t count_;
  std::vector<std::uint32_t> numbers_;
};

/// A network under way: all neurons are advanced to a horizon, and what they sent is handed on.
class Run {
 public:
  /// A spike was told after the window that it fell into, as its neuron was thought to be plainly below the threshold.
  struct Overlooked {};

  /// @param guesses  whether neurons that are plainly below the threshold are left out until they have to be asked
  Run(const Network& network, double until, Precision precision, bool guesses)
      : network_(network),
        until_(until),
        precision_(precision),
        is_chained_(network.least_delay() < until * shortest_window),
        guesses_(guesses && !is_chained_),
        receptors_(network),
        trains_(network.size()),
        sent_(network.size()),
        arrivals_(network.size()),
        estimates_(network.size()),
        everyone_(network.size()) {
    std::iota(everyone_.begin(), everyone_.end(), 0U);
    for_each(everyone_, [&](std::size_t n) { start(n); });
  }

  /// @throws Overlooked
  std::vector<NetworkSpike> operator()(const std::function<void(double)>& progress) {
    // The windows are the least delay, as a rule: what is sent in one arrives in the next ones.
    const double window = is_chained_ ? until_ * shortest_window : network_.least_delay();
    double reached = first_horizon;
    while (true) {
      // A spike that comes after `reached` has a time, rounded, of no less, and arrives at fl(reached + delay) at the
      // earliest: the horizon lies just before that.
      const double horizon = std::min(until_, std::nextafter(reached + window, first_horizon));
      if (is_chained_) {
        solve_chained(horizon);
      } else {
        const auto is_plainly_below = [&](std::size_t n) {
          return estimates_[n] && estimates_[n]->stays_below(horizon) && horizon < until_;
        };
        for_each(everyone_, [&](std::size_t n) {
          if (is_plainly_below(n)) return;
          advance(n, horizon);
          if (sent_[n].empty()) return;
          if (sent_[n].front() < reached) is_overlooked_ = true;
          if (estimates_[n]) estimates_[n]->fire(sent_[n].back());
        });
        if (is_overlooked_) throw Overlooked();
      }
      if (horizon == until_) break;
      hand_on();
      reached = horizon;
      if (progress) progress(reached);
    }
    commit_all();
    std::sort(spikes_.begin(), spikes_.end(), [](const NetworkSpike& a, const NetworkSpike& b) {
      return a.time != b.time ? a.time < b.time : a.neuron < b.neuron;
    });
    return std::move(spikes_);
  }

 private:
  /// work(n) for all of `numbers`, over all cores. @throws what the first of them throws, by number
  template <class Work>
  void for_each(const std::vector<std::uint32_t>& numbers, const Work& work) {
    std::mutex mutex;
    std::uint32_t failed = std::numeric_limits<std::uint32_t>::max();
    std::exception_ptr error;
    std::for_each(std::execution::par, numbers.begin(), numbers.end(), [&](std::uint32_t n) {
      try {
        work(n);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (n >= failed) return;
        failed = n;
        error = std::current_exception();
      }
    });
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const InvalidArgument& problem) {
      throw InvalidArgument("neuron[" + std::to_string(failed) + "]." + problem.subject(), problem.value(),
                            problem.rule(), problem.mend());
    }
  }

  void start(std::size_t n) {
    const std::vector<Receptor> receptors = receptors_.of(n);
    if (guesses_) estimates_[n] = detail::PotentialEstimate::of(network_.neuron(n), network_.input(n), receptors);
    trains_[n] = std::make_unique<OpenTrain>(network_.neuron(n), network_.input(n), receptors, until_, precision_);
  }

  void advance(std::size_t n, double horizon) {
    while (const auto spike = trains_[n]->next(horizon)) sent_[n].push_back(spike->time);
  }

  template <class Take>
  void for_arrivals(std::size_t source, std::span<const double> times, const Take& take) const {
    const auto synapses = network_.from(source);
    for (const double time : times) {
      for (const Network::Synapse& synapse : synapses) {
        const Network::Route& route = network_.routes()[synapse.route];
        take(synapse.target,
             Arrival{time + route.delay, synapse.size, receptors_.number(synapse.target, route.receptor)});
      }
    }
  }

  /// What was sent in a window goes to its targets, which have not gone beyond the horizon.
  void hand_on() {
    for (std::size_t n = 0; n < sent_.size(); ++n) {
      if (sent_[n].empty()) continue;
      for_arrivals(n, sent_[n], [&](std::size_t target, const Arrival& arrival) {
        if (is_chained_) arrivals_[target].push_back(arrival);
        if (arrival.time <= until_ && (!is_chained_ || arrival.time > trains_[target]->horizon())) {
          trains_[target]->arrive(arrival.receptor, arrival.time, arrival.size);
          if (estimates_[target]) estimates_[target]->arrive(arrival.receptor, arrival.time, arrival.size);
        }
      });
      commit(n);
    }
  }

  void commit(std::size_t n) {
    for (const double time : sent_[n]) spikes_.push_back({static_cast<std::uint32_t>(n), time});
    committed_[n] += sent_[n].size();
    sent_[n].clear();
  }
  void commit_all() {
    for (std::size_t n = 0; n < sent_.size(); ++n) commit(n);
  }

  /// A window in which a spike may bring about others: each neuron is solved under what it gets in this window, too,
  /// until no neuron gets anything else than it was solved with. As a spike acts a delay later at the earliest, the
  /// first thing that is wrong lies later each time.
  void solve_chained(double horizon) {
    for_each(everyone_, [&](std::size_t n) { advance(n, horizon); });
    std::map<std::uint32_t, std::vector<Arrival>> had;  // those at or before the horizon, of this window's spikes
    while (true) {
      std::map<std::uint32_t, std::vector<Arrival>> got;
      for (std::size_t n = 0; n < sent_.size(); ++n) {
        for_arrivals(n, sent_[n], [&](std::size_t target, const Arrival& arrival) {
          if (arrival.time <= horizon) got[static_cast<std::uint32_t>(target)].push_back(arrival);
        });
      }
      std::vector<std::uint32_t> changed;
      for (const auto& [n, arrivals] : got) {
        const auto before = had.find(n);
        if (before == had.end() || before->second != arrivals) changed.push_back(n);
      }
      for (const auto& [n, arrivals] : had) {
        if (!got.contains(n)) changed.push_back(n);
      }
      if (changed.empty()) return;
      for_each(changed, [&](std::size_t n) {
        start(n);
        for (const Arrival& arrival : arrivals_[n]) hand(n, arrival);
        if (const auto now = got.find(static_cast<std::uint32_t>(n)); now != got.end()) {
          for (const Arrival& arrival : now->second) hand(n, arrival);
        }
        sent_[n].clear();
        advance(n, horizon);
        sent_[n].erase(sent_[n].begin(), sent_[n].begin() + static_cast<std::ptrdiff_t>(committed_[n]));
      });
      had = std::move(got);
    }
  }
  void hand(std::size_t n, const Arrival& arrival) {
    if (arrival.time <= until_) trains_[n]->arrive(arrival.receptor, arrival.time, arrival.size);
  }

  const Network& network_;
  double until_;
  Precision precision_;
  bool is_chained_;  ///< windows are longer than the least delay, and a spike may bring about others within one
  bool guesses_;
  Receptors receptors_;
  std::vector<std::unique_ptr<OpenTrain>> trains_;
  std::vector<std::vector<double>> sent_;       // in this window
  std::vector<std::vector<Arrival>> arrivals_;  // of the windows before; where windows are longer than delays
  std::vector<std::size_t> committed_ = std::vector<std::size_t>(sent_.size());
  std::vector<std::optional<detail::PotentialEstimate>> estimates_;
  std::atomic<bool> is_overlooked_ = false;
  std::vector<std::uint32_t> everyone_;
  std::vector<NetworkSpike> spikes_;
};

}  // namespace

std::vector<NetworkSpike> network_spikes(const Network& network, double until, const NetworkOptions& options) {
  detail::require_end_of_run(until);
  const double unit = until - std::nextafter(until, 0);
  if (network.least_delay() < unit)
    throw InvalidArgument("delay", to_text(network.least_delay(), "ms"),
                          "must be at least one unit in the last place of the run's end, " + to_text(unit, "ms"),
                          "choose a longer one");
  if (network.size() == 0) return {};
  try {
    return Run(network, until, options.precision, true)(options.progress);
  } catch (const Run::Overlooked&) {
    return Run(network, until, options.precision, false)(options.progress);
  }
}

}  // namespace lapicque
