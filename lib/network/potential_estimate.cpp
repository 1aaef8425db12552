#include "network/potential_estimate.hpp"

#include <algorithm>
#include <cmath>

namespace lapicque::detail {
namespace {

constexpr auto later = [](const auto& a, const auto& b) { return a.time > b.time; };

}  // namespace

PotentialEstimate::PotentialEstimate(const Neuron& neuron)
    : tau_(neuron.tau()),
      reset_(neuron.reset() - neuron.threshold()),
      refractory_(neuron.refractory()),
      resistance_(neuron.resistance()) {
  state_.potential = neuron.initial() - neuron.threshold();
  state_.level = neuron.rest() - neuron.threshold();
}

std::optional<PotentialEstimate> PotentialEstimate::of(const Neuron& neuron, const Current& given,
                                                       std::span<const Receptor> receptors) {
  PotentialEstimate estimate(neuron);
  bool is_known = neuron.is_plain();
  const auto take_list = [&](const std::vector<Event>& events, std::size_t part, double factor) {
    const auto first = std::find_if(events.begin(), events.end(), [](const Event& event) { return event.time >= 0; });
    is_known = is_known && (part == jump || first == events.begin());  // what arrived before 0 has decayed since
    estimate.lists_.push_back({&events, static_cast<std::size_t>(first - events.begin()), part, factor});
  };
  const auto take_piece = Overloaded{
      [&](const Step& step) {
        const double size = estimate.resistance_ * step.amplitude;
        if (step.stop <= 0) return;
        if (step.start <= 0) {
          estimate.state_.level += size;
        } else {
          estimate.ahead_.push_back({step.start, level, size});
        }
        if (step.stop < forever) estimate.ahead_.push_back({step.stop, level, -size});
      },
      [&](const Pulses& pulses) { take_list(*pulses.events, jump, 1); },
      [&](const Synapse& synapse) {
        is_known = is_known && synapse.shape == Shape::exponential;
        take_list(*synapse.events, estimate.part_of(synapse.tau), estimate.resistance_);
      },
      [&](const auto&) { is_known = false; },
  };
  for (const Piece& piece : given.pieces()) std::visit(take_piece, piece);
  for (const Receptor& receptor : receptors) {
    const auto* synapse = std::get_if<SynapticReceptor>(&receptor);
    is_known = is_known && (!synapse || synapse->shape == Shape::exponential);
    estimate.receptors_.push_back(synapse ? estimate.part_of(synapse->tau) : jump);
  }
  if (!is_known) return std::nullopt;
  std::make_heap(estimate.ahead_.begin(), estimate.ahead_.end(), later);
  return estimate;
}

std::size_t PotentialEstimate::part_of(double tau) {
  const auto found = std::find(taus_.begin(), taus_.end(), tau);
  const auto part = static_cast<std::size_t>(found - taus_.begin());
  if (found == taus_.end()) {
    taus_.push_back(tau);
    state_.parts.push_back(0);
  }
  return part;
}

void PotentialEstimate::arrive(std::size_t receptor, double time, double size) {
  const std::size_t part = receptors_[receptor];
  ahead_.push_back({time, part, part == jump ? size : resistance_ * size});
  std::push_heap(ahead_.begin(), ahead_.end(), later);
}

bool PotentialEstimate::stays_below(double until) {
  before_ = state_;
  collect(until);
  const double length = until - state_.time;
  if (std::fabs(length - window_.length) > 1e-9 * length) set(window_, length);
  // The drive never exceeds this on the way, nor does x, as it goes towards the drive.
  double drive = state_.level;
  double jumps = 0;
  for (std::size_t k = 0; k < taus_.size(); ++k) drive += std::max(state_.parts[k], state_.parts[k] * window_.left[k]);
  for (const Change& change : changes_) (change.part == jump ? jumps : drive) += std::max(0.0, change.size);
  const double x = state_.potential;
  const double highest = x + std::max(0.0, drive - x) * window_.gone + jumps;
  const bool is_refractory = state_.released >= until;
  run(until);
  constexpr double margin = 1e-6;  // mV: far more than what an estimate is off by
  return is_refractory || highest < -margin;
}

void PotentialEstimate::fire(double time) {
  const double until = state_.time;
  state_ = before_;
  state_.released = time + refractory_;
  state_.potential = reset_;
  run(until);
}

/// What happens until then, in order.
void PotentialEstimate::collect(double until) {
  changes_.clear();
  for (auto& [events, next, part, factor] : lists_) {
    for (; next < events->size() && (*events)[next].time <= until; ++next)
      changes_.push_back({(*events)[next].time, part, factor * (*events)[next].size});
  }
  while (!ahead_.empty() && ahead_.front().time <= until) {
    changes_.push_back(ahead_.front());
    std::pop_heap(ahead_.begin(), ahead_.end(), later);
    ahead_.pop_back();
  }
  std::sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) { return a.time < b.time; });
}

void PotentialEstimate::run(double until) {
  const auto go_to = [this](double time) {
    if (state_.released > state_.time) {
      const double end = std::min(state_.released, time);
      move(end - state_.time, false);
      state_.time = end;
    }
    if (time > state_.time) move(time - state_.time, true);
    state_.time = time;
  };
  for (const auto& [time, part, size] : changes_) {
    go_to(time);
    if (part == level) {
      state_.level += size;
    } else if (part != jump) {
      state_.parts[part] += size;
    } else if (!(state_.released > time)) {
      state_.potential += size;
    }
  }
  go_to(until);
}

void PotentialEstimate::move(double length, bool is_free) {
  const Factors& now = factors(length);
  double gained = (state_.level - state_.potential) * now.gone;
  for (std::size_t k = 0; k < taus_.size(); ++k) {
    gained += state_.parts[k] * now.filter[k];
    state_.parts[k] *= now.left[k];
  }
  if (is_free) state_.potential += gained;
}

const PotentialEstimate::Factors& PotentialEstimate::factors(double length) {
  if (std::fabs(length - window_.length) <= 1e-9 * length) return window_;
  set(any_, length);
  return any_;
}

void PotentialEstimate::set(Factors& factors, double length) const {
  factors.length = length;
  factors.gone = -std::expm1(-length / tau_);
  factors.left.resize(taus_.size());
  factors.filter.resize(taus_.size());
  for (std::size_t k = 0; k < taus_.size(); ++k) {
    const double tau = taus_[k];
    factors.left[k] = std::exp(-length / tau);
    // Where the time constants are nearly the same, their difference quotient is the derivative.
    const double gap = (tau - tau_) / tau;
    const double near = length / tau_ * std::exp(-0.5 * length * (1 / tau + 1 / tau_));
    factors.filter[k] = std::fabs(gap) < 1e-5 ? near : (factors.gone - 1 + factors.left[k]) / gap;
  }
}

}  // namespace lapicque::detail
