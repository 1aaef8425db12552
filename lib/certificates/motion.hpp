#pragma once

#include <cstddef>
#include <vector>

#include "interval.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::detail {

/// The potential of a neuron from event to event, in interval arithmetic: what every claim of a certificate is about.
///
/// With x = u - theta and the drive d = u_rest + R I - theta, tau_m dx/dt = -x + d between events. An event is an
/// instant at which the formula of d changes or at which u jumps. On the stretch from one event to the next all
/// functions here are those of that stretch, its right end included. They are enclosures, whatever the working
/// precision, and exact where the numbers of the experiment allow it: where all there is to x is a sum of products of
/// numbers of the experiment, enough bits make it a point.
///
/// x is a particular solution p of the drive plus h e^(-(t - t_h)/tau_m). p depends on the input alone, so that spikes
/// change nothing but h.
class Motion {
 public:
  /// At t = 0, before the events of that instant.
  Motion(const Neuron& neuron, const Current& current, double until);

  /// The time of the next event, ms; infinite when there is none until `until`.
  double next_event() const { return next_ < happenings_.size() ? happenings_[next_].time : forever; }

  /// d, mV, throughout the interval t.
  Interval drive(const Interval& t) const;
  /// dd/dt, mV/ms, throughout the interval t.
  Interval drive_slope(const Interval& t) const { return drive_derivative(1, t); }
  /// d (order 0) or dd/dt (order 1) throughout the interval t, by Taylor's formula about its middle: slower, and close
  /// where what is large cancels out, so that the sum of the ranges says nothing about the range of the sum.
  Interval drive_by_taylor(int order, const Interval& t) const;
  /// x, mV, throughout the interval t.
  Interval potential(const Interval& t) const;
  /// u_r - theta, mV.
  const Interval& reset() const { return reset_; }
  /// tau_m, ms.
  const Interval& tau() const { return tau_; }

  /// What an event did.
  struct Landing {
    bool jumped;  ///< there was a voltage jump, whatever its size
    Interval x;   ///< right after the event
  };
  /// Lets everything at next_event() happen while x moves.
  Landing pass_event();
  /// Lets everything at next_event() happen in refractoriness: x is not known until release().
  void pass_event_clamped();
  /// x = u_r - theta at a time in t, from which on it moves; no event lies in t.
  void release(const Interval& t);

 private:
  enum class What { line_begins, line_ends, wave_begins, wave_ends, exponential_arrival, alpha_arrival, jump };
  struct Happening {
    double time;
    What what;
    std::size_t which;  // line, wave or decay
    double size;        // amplitude or weight (nA), or jump (mV)
  };
  struct Line {
    double start, stop, from, to;
  };
  /// All sinusoids that differ in nothing but their amplitude.
  struct Wave {
    double start, frequency, phase;
    Interval omega, omega_tau, response;  // rad/ms, omega tau_m, R / (1 + (omega tau_m)^2)
    std::vector<double> amplitudes{};     // of those that act now
    Interval amplitude{};                 // their sum
  };
  /// All synapses with one time constant: R I = (g + h s) exp(-s / tau_s), s ms after the last event.
  struct Decay {
    double time_constant;
    Interval tau;       // tau_s
    Interval detuning;  // (tau_s - tau_m) / tau_s
    Interval g{}, h{};
    bool silent = true;
  };

  // One for each kind of piece of the current.
  void add(const Step& step);
  void add(const Ramp& ramp);
  void add(const Sinusoid& sinusoid);
  void add(const Samples& samples);
  void add(const Pulses& pulses);
  void add(const Synapse& synapse);
  void add_line(double start, double stop, double from, double to);
  std::size_t wave_of(const Sinusoid& sinusoid);
  std::size_t decay_of(double tau);

  void happen(const Happening& happening);
  void arrive(const Happening& happening, const Interval& age);
  /// Carries what decays on to the next event and lets all input of that instant happen; the sum of the jumps.
  Landing change_input();
  void update_lines();
  void update_amplitude(Wave& wave) const;
  /// The derivative of d of any order > 0, throughout the interval t.
  Interval drive_derivative(int order, const Interval& t) const;

  static Interval value(const Line& line, const Interval& t);
  static Interval slope(const Line& line);
  static Interval phase(const Wave& wave, const Interval& t);
  Interval since_event(const Interval& t) const { return t - origin_; }
  /// e^(-(t - t_h)/tau_m)
  Interval left_at(const Interval& t) const { return exp((h_time_ - t) / tau_); }
  /// p(t)
  Interval particular(const Interval& t) const;

  Interval rest_, reset_;  // less theta
  Interval resistance_, tau_;
  std::vector<Happening> happenings_;
  std::size_t next_ = 0;
  std::vector<Line> lines_;
  std::vector<Wave> waves_;
  std::vector<Decay> decays_;

  double origin_ = 0;                  // the last event, ms
  std::vector<std::size_t> lines_on_;  // those that act
  std::vector<std::size_t> slanted_;   // those of them that are not constant
  Interval constant_;                  // u_rest - theta, and R times all that is constant
  Interval h_, h_time_;
};

}  // namespace lapicque::detail
