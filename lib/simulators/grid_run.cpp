#include "simulators/grid_run.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

namespace lapicque::detail {
namespace {

/// The first n with n dt >= time, as double arithmetic has it; beyond 2^53, where not all whole numbers are doubles,
/// the first that is one. The quotient is off by a rounding, so that it takes a turn or two.
double first_not_before(double time, double dt) {
  const auto after = [](double n) { return std::max(n + 1, std::nextafter(n, forever)); };
  const auto before = [](double n) { return std::min(n - 1, std::nextafter(n, -forever)); };
  double n = std::ceil(time / dt);
  while (n * dt < time) n = after(n);
  while (before(n) * dt >= time) n = before(n);
  return n;
}

}  // namespace

double grid_index(double time, double dt, Arrival arrivals) {
  switch (arrivals) {
    case Arrival::nearest:
      return std::ceil(time / dt - 0.5);
    case Arrival::after:
      // What is a thousandth of a step before a grid time counts as on it: Brian 2's timestep().
      return std::floor(time / dt + 1e-3) + 1;
    case Arrival::up_from_microseconds:
      // The tic of a grid time may be a hair above it.
      return std::ceil(std::round(time * 1e3) / 1e3 / dt - 1e-9);
    case Arrival::up:
    case Arrival::exact:
      break;
  }
  return first_not_before(time, dt);
}

double printed_time(double time, const Convention& convention) {
  time += convention.stamp_offset;
  if (!convention.decimals) return time;
  const double scale = std::pow(10.0, *convention.decimals);
  return std::round(time * scale) / scale;
}

GridRun::GridRun(const Neuron& neuron, const Current& current, const Convention& convention, double dt)
    : neuron_(neuron),
      convention_(convention),
      dt_(dt),
      held_(convention.synapses_sampled ? current : without_events(current)) {
  membrane_.tau = neuron.tau();
  membrane_.rate = 1 / neuron.tau();
  membrane_.start = neuron.initial() - neuron.threshold();
  const auto take = Overloaded{
      [](const HasValue auto&) {},
      [this](const Pulses& pulses) { add_jumps(pulses); },
      [this](const Synapse& synapse) {
        if (!convention_.synapses_sampled) add_synapse(synapse);
      },
  };
  for (const Piece& piece : current.pieces()) std::visit(take, piece);
  std::stable_sort(happenings_.begin(), happenings_.end(),
                   [](const Happening& a, const Happening& b) { return a.place < b.place; });

  // What happens at t_0 ends no step; number -1 stands in for it.
  n_ = -1;
  const double jump = take_arrivals({0, 0});
  membrane_.start += jump;
  if (jump != 0 && convention.jumps_tested_at_once && membrane_.start >= 0) fire({0, 0});
  n_ = 0;
}

GridRun::Place GridRun::place_of(double time) const {
  if (convention_.arrivals != Arrival::exact) return {grid_index(time, dt_, convention_.arrivals), 0};
  // What is on the grid but for rounding is on it.
  const double n = std::round(time / dt_);
  if (std::abs(n * dt_ - time) <= 4 * std::numeric_limits<double>::epsilon() * time) return {n, 0};
  const double next = first_not_before(time, dt_);
  return {next - 1, time - (next - 1) * dt_};
}

void GridRun::add_jumps(const Pulses& pulses) {
  for (const auto& [time, jump] : *pulses.events) {
    if (time >= 0) happenings_.push_back({place_of(time), no_synapse, false, jump});
  }
}

// Arrivals before t = 0 have decayed by then and no grid moves them.
void GridRun::add_synapse(const Synapse& synapse) {
  const double tau = synapse.tau;
  const bool alpha = synapse.shape == Shape::alpha;
  Decay<double> state{1 / tau, (tau - neuron_.tau()) / tau};
  for (const auto& [time, weight] : *synapse.events) {
    const double size = neuron_.resistance() * weight * (alpha ? std::numbers::e : 1.0);
    if (time >= 0) {
      happenings_.push_back({place_of(time), membrane_.decays.size(), alpha, size});
      continue;
    }
    const double left = size * std::exp(time / tau);
    state.exponential += alpha ? left * (-time / tau) : left;
    if (alpha) state.alpha += left;
  }
  membrane_.decays.push_back(state);
}

void GridRun::step() {
  const double current =
      n_ < convention_.first_input_step ? 0 : held_.value_at((n_ + convention_.input_time.value_or(0)) * dt_);
  membrane_.level = std::fma(neuron_.resistance(), current, neuron_.rest() - neuron_.threshold());
  double begin = 0;
  while (begin < dt_) {
    double end = dt_;
    if (next_ < happenings_.size() && happenings_[next_].place.step == n_) end = happenings_[next_].place.offset;
    if (resume_.step == n_ && resume_.offset > begin) end = std::min(end, resume_.offset);
    take_part(begin, end);
    begin = end;
  }
  n_ += 1;
}

// A part of a step lies in refractoriness or out of it, as parts end where refractoriness does.
void GridRun::take_part(double begin, double end) {
  const Place place = end < dt_ ? Place{n_, end} : Place{n_ + 1, 0};
  const bool free = Place{n_, begin} >= resume_;
  const bool seeks_crossing = free && convention_.crossing == Crossing::within_step;
  const bool at_once = convention_.jumps_tested_at_once;

  std::optional<Trajectory<double>> before;
  if (seeks_crossing) before = membrane_;
  const double from = membrane_.start;
  advance(end - begin, free);
  // Where the straight line between grid points crosses; a jump at the end of the step crosses there.
  interpolated_ = membrane_.start > 0 && from < 0 ? begin - (end - begin) * from / (membrane_.start - from) : end;
  if (!at_once) detect(place);
  const bool fired = (seeks_crossing || !at_once) && is_above(false) && free;
  if (fired) fire(seeks_crossing ? Place{n_, begin + crossing(*before, end - begin)} : place);

  const double jump = take_arrivals(place);
  if (fired) return;
  const bool at_end = place == resume_ && convention_.keeps_jump_at_end;
  const bool jumps = jump != 0 && (free || at_end || acts_in_refractoriness());
  if (jumps) membrane_.start += jump;
  if (at_once) detect(place);
  const bool kept = place == resume_ && acts_in_refractoriness() &&
                    convention_.refractoriness != Refractoriness::integrates;  // jumps that came before its end
  if (at_once && is_above(jumps) && (free || kept || (jumps && at_end))) fire(place);
}

/// Whether u is above the threshold, and the neuron may fire for it.
bool GridRun::is_above(bool by_jump) {
  const bool above = membrane_.start > 0 || (membrane_.start == 0 && (by_jump || !convention_.strict_threshold));
  if (!above) armed_ = true;
  return above && (armed_ || !convention_.rearmed_below);
}

bool GridRun::acts_in_refractoriness() const {
  const Refractoriness r = convention_.refractoriness;
  return r == Refractoriness::integrates || r == Refractoriness::keeps_jumps ||
         r == Refractoriness::keeps_decaying_jumps;
}

/// Writes a spike down where u has risen above a level of detection that is not the threshold.
void GridRun::detect(const Place& place) {
  if (!convention_.detection) return;
  const bool above = membrane_.start > *convention_.detection - neuron_.threshold();
  if (above && !detected_) write_down(place);
  detected_ = above;
}

void GridRun::advance(double length, bool free) {
  Trajectory<double>& m = membrane_;
  if (!free && convention_.refractoriness == Refractoriness::relaxes) {
    m.start -= std::expm1(-length * m.rate) * (neuron_.rest() - neuron_.threshold() - m.start);
  } else if (!free && convention_.refractoriness == Refractoriness::keeps_decaying_jumps) {
    const double reset = neuron_.reset() - neuron_.threshold();
    m.start = reset + (m.start - reset) * std::exp(-length * m.rate);
  } else if (free || convention_.refractoriness == Refractoriness::integrates) {
    const double drive = m.at_start().drive;
    const double part = length * m.rate;
    switch (convention_.update) {
      case Update::exact:
        m.start = m.at(length).potential;
        break;
      case Update::exponential_euler:
        m.start -= std::expm1(-part) * (drive - m.start);
        break;
      case Update::forward_euler:
        m.start += part * (drive - m.start);
        break;
      case Update::backward_euler:
        m.start = (m.start + part * drive) / (1 + part);
        break;
    }
  }
  if (convention_.floor_at_rest) m.start = std::max(m.start, neuron_.rest() - neuron_.threshold());

  for (Decay<double>& synapse : m.decays) {
    const double x = length * synapse.rate;
    if (convention_.synaptic_decay == SynapticDecay::exact) {
      const double left = std::exp(-x);
      synapse.exponential = (synapse.exponential + synapse.alpha * x) * left;
      synapse.alpha *= left;
    } else {
      synapse.exponential += x * (synapse.alpha - synapse.exponential);
      synapse.alpha -= x * synapse.alpha;
    }
  }
}

/// The time after which u - theta reaches 0, where it is above after `length`.
double GridRun::crossing(const Trajectory<double>& before, double length) {
  if (before.start >= 0) return 0;
  const double end = before.at(length).potential;
  if (end <= 0) return length;
  std::uintmax_t most = 100;  // a dozen at the most is what it takes
  const auto [low, high] =
      boost::math::tools::toms748_solve([&](double s) { return before.at(s).potential; }, 0.0, length, before.start,
                                        end, boost::math::tools::eps_tolerance<double>(50), most);
  return std::midpoint(low, high);
}

/// Lets arrive at synapses what does at this place; returns the sum of the voltage jumps, mV.
double GridRun::take_arrivals(const Place& place) {
  double jump = 0;
  for (; next_ < happenings_.size() && happenings_[next_].place <= place; ++next_) {
    const auto& [where, synapse, alpha, size] = happenings_[next_];
    if (synapse == no_synapse) {
      jump += size;
    } else {
      (alpha ? membrane_.decays[synapse].alpha : membrane_.decays[synapse].exponential) += size;
    }
  }
  return jump;
}

void GridRun::write_down(const Place& crossed) {
  const Stamp stamp = convention_.stamp;
  const double time = stamp == Stamp::step_start     ? std::max(n_, 0.0) * dt_
                      : stamp == Stamp::step_end     ? (n_ + 1) * dt_
                      : stamp == Stamp::interpolated ? n_ * dt_ + interpolated_
                                                     : crossed.step * dt_ + crossed.offset;
  spikes_.push_back(printed_time(time, convention_));
}

/// Resets u, which is above the threshold now and has crossed it at `crossed`.
void GridRun::fire(const Place& crossed) {
  const double reset = neuron_.reset() - neuron_.threshold();
  if (!convention_.detection) write_down(crossed);
  membrane_.start = convention_.subtracts ? membrane_.start + reset : reset;
  armed_ = false;
  detected_ = convention_.detection && membrane_.start > *convention_.detection - neuron_.threshold();

  resume_ = crossed;
  if (convention_.refractory_count == RefractoryCount::exact) {
    const double whole = std::floor(neuron_.refractory() / dt_);
    resume_.step += whole;
    resume_.offset += neuron_.refractory() - whole * dt_;
    if (resume_.offset >= dt_) resume_ = {resume_.step + 1, resume_.offset - dt_};
  } else {
    const double steps = counted_steps(neuron_.refractory(), dt_, convention_.refractory_count);
    resume_.step += std::max(steps + convention_.refractory_extra, 0.0);
  }
}

}  // namespace lapicque::detail
