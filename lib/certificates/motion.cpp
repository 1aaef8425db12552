#include "motion.hpp"

#include <algorithm>

namespace lapicque::detail {

Motion::Motion(const Neuron& neuron, const Current& current, double until)
    : rest_(Interval(neuron.rest()) - neuron.threshold()),
      reset_(Interval(neuron.reset()) - neuron.threshold()),
      resistance_(neuron.resistance()),
      tau_(neuron.tau()) {
  for (const Piece& piece : current.pieces()) std::visit([this](const auto& its) { add(its); }, piece);
  std::erase_if(happenings_, [&](const Happening& happening) { return happening.time > until; });
  std::stable_sort(happenings_.begin(), happenings_.end(),
                   [](const Happening& a, const Happening& b) { return a.time < b.time; });

  // Of what happened before t = 0, arrivals decay on, jumps leave no trace, and all else acts for as long as it does.
  for (; next_event() < 0; ++next_) {
    const Happening& happening = happenings_[next_];
    if (happening.what == What::exponential_arrival || happening.what == What::alpha_arrival) {
      arrive(happening, -Interval(happening.time));
    } else {
      happen(happening);
    }
  }
  update_lines();
  for (Wave& wave : waves_) update_amplitude(wave);
  h_ = Interval(neuron.initial()) - neuron.threshold() - particular(0.0);
}

void Motion::add(const Step& step) { add_line(step.start, step.stop, step.amplitude, step.amplitude); }

void Motion::add(const Ramp& ramp) { add_line(ramp.start, ramp.stop, ramp.from, ramp.to); }

void Motion::add(const Sinusoid& sinusoid) {
  const std::size_t wave = wave_of(sinusoid);
  happenings_.push_back({sinusoid.start, What::wave_begins, wave, sinusoid.amplitude});
  happenings_.push_back({sinusoid.stop, What::wave_ends, wave, sinusoid.amplitude});
}

void Motion::add(const Samples& samples) {
  const std::vector<double>& values = *samples.values;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const bool slanted = samples.hold == Hold::linear && k + 1 < values.size();
    add_line(samples.breakpoint(k), samples.breakpoint(k + 1), values[k], values[slanted ? k + 1 : k]);
  }
}

void Motion::add(const Pulses& pulses) {
  for (const auto& [time, size] : *pulses.events) happenings_.push_back({time, What::jump, 0, size});
}

void Motion::add(const Synapse& synapse) {
  const std::size_t decay = decay_of(synapse.tau);
  const What what = synapse.shape == Shape::alpha ? What::alpha_arrival : What::exponential_arrival;
  for (const auto& [time, size] : *synapse.events) happenings_.push_back({time, what, decay, size});
}

void Motion::add_line(double start, double stop, double from, double to) {
  happenings_.push_back({start, What::line_begins, lines_.size(), 0});
  happenings_.push_back({stop, What::line_ends, lines_.size(), 0});
  lines_.push_back({start, stop, from, to});
}

std::size_t Motion::wave_of(const Sinusoid& sinusoid) {
  const auto same = std::find_if(waves_.begin(), waves_.end(), [&](const Wave& wave) {
    return wave.start == sinusoid.start && wave.frequency == sinusoid.frequency && wave.phase == sinusoid.phase;
  });
  if (same != waves_.end()) return static_cast<std::size_t>(same - waves_.begin());
  const Interval omega = 2.0 * Interval::pi() * sinusoid.frequency / 1000.0;
  const Interval omega_tau = omega * tau_;
  waves_.push_back({sinusoid.start, sinusoid.frequency, sinusoid.phase, omega, omega_tau,
                    resistance_ / (1.0 + omega_tau * omega_tau)});
  return waves_.size() - 1;
}

std::size_t Motion::decay_of(double tau) {
  const auto same =
      std::find_if(decays_.begin(), decays_.end(), [&](const Decay& decay) { return decay.time_constant == tau; });
  if (same != decays_.end()) return static_cast<std::size_t>(same - decays_.begin());
  decays_.push_back({tau, tau, (Interval(tau) - tau_) / tau});
  return decays_.size() - 1;
}

void Motion::happen(const Happening& happening) {
  switch (happening.what) {
    case What::line_begins:
      lines_on_.push_back(happening.which);
      break;
    case What::line_ends:
      std::erase(lines_on_, happening.which);
      break;
    case What::wave_begins:
      waves_[happening.which].amplitudes.push_back(happening.size);
      break;
    case What::wave_ends: {
      auto& amplitudes = waves_[happening.which].amplitudes;
      amplitudes.erase(std::find(amplitudes.begin(), amplitudes.end(), happening.size));
      break;
    }
    case What::exponential_arrival:
    case What::alpha_arrival:
      arrive(happening, 0.0);
      break;
    case What::jump:
      break;
  }
}

/// w exp(-(age + s)/tau_s), or w (age + s)/tau_s exp(1 - (age + s)/tau_s).
void Motion::arrive(const Happening& happening, const Interval& age) {
  Decay& decay = decays_[happening.which];
  decay.silent = false;
  if (happening.what == What::exponential_arrival) {
    decay.g += resistance_ * happening.size * exp(-age / decay.tau);
  } else {
    const Interval rate = resistance_ * happening.size * exp(1.0 - age / decay.tau) / decay.tau;
    decay.g += rate * age;
    decay.h += rate;
  }
}

Motion::Landing Motion::change_input() {
  const double time = next_event();
  const Interval elapsed = since_event(time);
  for (Decay& decay : decays_) {
    if (decay.silent) continue;
    const Interval left = exp(-elapsed / decay.tau);
    decay.g = (decay.g + decay.h * elapsed) * left;
    decay.h = decay.h * left;
    decay.silent = decay.g.is_zero() && decay.h.is_zero();
  }
  origin_ = time;
  Landing landing{false, 0.0};
  bool lines_change = false;
  for (; next_event() == time; ++next_) {
    const Happening& happening = happenings_[next_];
    happen(happening);
    if (happening.what == What::jump) {
      landing.jumped = true;
      landing.x += happening.size;
    }
    lines_change = lines_change || happening.what == What::line_begins || happening.what == What::line_ends;
    if (happening.what == What::wave_begins || happening.what == What::wave_ends) {
      update_amplitude(waves_[happening.which]);
    }
  }
  if (lines_change) update_lines();
  return landing;
}

void Motion::update_lines() {
  Interval sum = 0.0;
  slanted_.clear();
  for (const std::size_t index : lines_on_) {
    if (lines_[index].from == lines_[index].to) {
      sum += lines_[index].from;
    } else {
      slanted_.push_back(index);
    }
  }
  constant_ = rest_ + resistance_ * sum;
}

void Motion::update_amplitude(Wave& wave) const {
  wave.amplitude = 0.0;
  for (const double amplitude : wave.amplitudes) wave.amplitude += amplitude;
}

/// The product comes first, so that the value at either end is exact.
Interval Motion::value(const Line& line, const Interval& t) {
  return line.from + (Interval(line.to) - line.from) * (t - line.start) / (Interval(line.stop) - line.start);
}

Interval Motion::slope(const Line& line) {
  return (Interval(line.to) - line.from) / (Interval(line.stop) - line.start);
}

Interval Motion::phase(const Wave& wave, const Interval& t) { return wave.omega * (t - wave.start) + wave.phase; }

Interval Motion::drive(const Interval& t) const {
  Interval sum = constant_;
  if (!slanted_.empty()) {
    // Straight lines add up to one, whose range is that between its ends.
    Interval low = 0.0;
    Interval high = 0.0;
    for (const std::size_t index : slanted_) {
      low += value(lines_[index], t.lower());
      high += value(lines_[index], t.upper());
    }
    sum += resistance_ * Interval::hull(low, high);
  }
  for (const Wave& wave : waves_) {
    if (!wave.amplitude.is_zero()) sum += resistance_ * wave.amplitude * sin(phase(wave, t));
  }
  const Interval s = since_event(t);
  for (const Decay& decay : decays_) {
    if (!decay.silent) sum += (decay.g + decay.h * s) * exp(-s / decay.tau);
  }
  return sum;
}

Interval Motion::drive_derivative(int order, const Interval& t) const {
  Interval sum = 0.0;
  if (order == 1) {
    for (const std::size_t index : slanted_) sum += resistance_ * slope(lines_[index]);
  }
  for (const Wave& wave : waves_) {
    if (wave.amplitude.is_zero()) continue;
    const Interval angle = phase(wave, t);
    Interval factor = resistance_ * wave.amplitude;
    for (int k = 0; k < order; ++k) factor = factor * wave.omega;
    const Interval value = order % 2 == 0 ? sin(angle) : cos(angle);
    sum += order % 4 < 2 ? factor * value : -factor * value;
  }
  const Interval s = since_event(t);
  for (const Decay& decay : decays_) {
    if (decay.silent) continue;
    // d^k/ds^k (g + h s) e^(-s/tau) = (-1/tau)^k (g + h s - k tau h) e^(-s/tau)
    Interval factor = exp(-s / decay.tau);
    for (int k = 0; k < order; ++k) factor = -factor / decay.tau;
    sum += factor * (decay.g + decay.h * s - static_cast<double>(order) * decay.tau * decay.h);
  }
  return sum;
}

Interval Motion::drive_by_taylor(int order, const Interval& t) const {
  constexpr int terms = 12;
  const Interval middle = t.middle();
  const Interval reach = t - middle;
  Interval sum = order == 0 ? drive(middle) : drive_derivative(order, middle);
  Interval power = reach;  // reach^k / k!
  for (int k = 1; k < terms; ++k) {
    sum += drive_derivative(order + k, middle) * power;
    power = power * reach / static_cast<double>(k + 1);
  }
  return sum + drive_derivative(order + terms, t) * power;
}

Interval Motion::particular(const Interval& t) const {
  Interval sum = constant_;
  for (const std::size_t index : slanted_) {
    sum += resistance_ * (value(lines_[index], t) - slope(lines_[index]) * tau_);
  }
  for (const Wave& wave : waves_) {
    if (wave.amplitude.is_zero()) continue;
    const Interval angle = phase(wave, t);
    sum += wave.response * wave.amplitude * (sin(angle) - wave.omega_tau * cos(angle));
  }
  const Interval s = since_event(t);
  for (const Decay& decay : decays_) {
    if (decay.silent) continue;
    const Interval& q = decay.detuning;
    // As q goes to 0 the two terms cancel each other's growth: that takes more bits, no other formula.
    sum += exp(-s / decay.tau) *
           (q.is_zero() ? (decay.g + decay.h * s / 2.0) * s / tau_ : (decay.g + decay.h * (s - tau_ / q)) / q);
  }
  return sum;
}

Interval Motion::potential(const Interval& t) const { return particular(t) + h_ * left_at(t); }

Motion::Landing Motion::pass_event() {
  const Interval time = next_event();
  const Interval before = particular(time);
  const Interval left = h_ * left_at(time);
  Landing landing = change_input();
  // What is exact stays so for as long as it is not added to what decays: a sum of 0 leaves the sign to that.
  const Interval known = before + landing.x;
  landing.x = known + left;
  h_ = known - particular(time) + left;
  h_time_ = time;
  return landing;
}

void Motion::pass_event_clamped() { change_input(); }

void Motion::release(const Interval& t) {
  h_time_ = t.middle();
  h_ = reset_ - particular(h_time_);
  // By how much x at a later time, carried back to the middle of t, changes with the time of the release: the
  // derivative by that is e^((t - t_h)/tau) (reset - d(t))/tau. Evaluating x with the whole of t would widen each
  // spike's interval by a factor, and a thousand spikes' by its thousandth power.
  if (!t.is_point()) h_ += (t - h_time_) * (reset_ - drive(t)) / tau_ * exp((t - h_time_) / tau_);
}

}  // namespace lapicque::detail
