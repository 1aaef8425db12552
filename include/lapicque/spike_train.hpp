#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {

/// One spike of the exact train.
struct Spike {
  double time;       ///< t_f, ms: see Precision
  double remainder;  ///< ms: the exact time is time + remainder to some 30 digits
  double error;      ///< ms: a bound on |time - exact time|, rounding to double included
  double slope;      ///< du/dt as u reaches the threshold, mV/ms; infinite where a voltage jump made the spike
  /// How the spike's time depends on what makes it: if every part of u - theta (what is left of the start, what the
  /// resting potential added since, and what each kind of current did) is off by at most a share e of itself, the time
  /// is off by at most about condition x e x tau_m. 1 to 10 for a plain crossing; grows as u grazes the threshold, as
  /// the current nears the rheobase, or as large parts cancel; 0 for a jump.
  double condition;
};

/// How hard a SpikeTrain works for the last digit; the decisions whether there is a spike are the same in both.
enum class Precision {
  /// The time is the double nearest to the exact one, ties to even, unless grazings() says that 100 digits did not
  /// suffice to tell which that is (spike_accuracy_test.cpp measures it).
  exact,
  /// Double arithmetic, with its honest bound in Spike::error. More digits are taken for decisions only, never for the
  /// last place of a time.
  fast,
};

/// A place where the potential comes so near to the threshold that 100 digits do not tell on which side it passes. It
/// counts as equal to the threshold: a touch from below, which is no spike; but a spike where a voltage jump lands
/// there, and where u rises to it on the very instant of an event or of the end of the run.
struct Grazing {
  double time;      ///< ms
  double distance;  ///< mV: the potential's distance from the threshold there is at most this
};

/// How many digits the answers so far took; index 0 stands for double (16 digits), 1 for double-double (32), 2 for 50
/// and 3 for 100 digits. In Precision::exact the place of every spike is sought in double-double from the start; where
/// the numbers given leave the range of double in any units, everything is in 50 digits. Stretches that the quick way
/// between events passes count as told by double, whose bounds it uses, though exact carries the potential in more.
struct Effort {
  std::array<std::uint64_t, 4> signs{};  ///< stretches, by the digits that told whether there is a spike in them
  std::array<std::uint64_t, 4> roots{};  ///< spikes, by the digits that told their time
};

namespace detail {

/// Spikes of a SpikeTrain that are worked out and not asked for yet.
struct ReadySpikes {
  static constexpr std::size_t most = 64;
  std::size_t next = 0;
  std::size_t size = 0;
  std::array<double, most> times;
  std::array<double, most> remainders;
  std::array<double, most> errors;
  double slope = 0;
  double condition = 0;

  Spike take() {
    const std::size_t k = next++;
    return {times[k], remainders[k], errors[k], slope, condition};
  }
};

class Train;

}  // namespace detail

/// The spikes of a leaky integrate-and-fire neuron, one at a time, in constant memory.
///
/// The spikes with 0 <= t <= until of the problem that Neuron states, driven by `current`, in ascending order. Nothing
/// is stepped or sampled. On a stretch where the current lies above the rheobase, (u - theta) exp(t/tau_m) rises
/// strictly, so that one sign at the stretch's right end tells whether there is a spike in it, and elsewhere there is
/// none. Every such sign is taken with a running bound on its rounding error; what double-double arithmetic cannot
/// decide is decided with 50 digits, then with 100, from the events and parameters.
///
/// Semantics:
/// - to fire, u must rise above theta; coming near for ever, or touching from below, is no spike;
/// - a voltage jump that lands on or above theta is a spike at the time of the jump;
/// - a spike on the very instant of an event comes before the event;
/// - in refractoriness, u = u_r whatever happens: synaptic currents decay on and voltage jumps are lost; an event at
///   exactly t_f + Delta_abs comes after it;
/// - events of one instant act together; at most one spike an instant: a jump that takes u to theta again on the very
///   instant of a spike, without refractoriness, resets it and no more;
/// - before t = 0 only synaptic arrivals leave a trace.
///
/// Cost: O(1) for each event and time constant. A decision that takes 50 digits or 100 costs the last some hundred to
/// thousand events before it once more, at some 50 us each; all of them only where nothing that the past left behind
/// decays or contracts. Memory: O(pieces of the current), and what grazings() holds.
class SpikeTrain {
 public:
  /// @param until  ms, finite, > 0: the last time at which a spike is reported
  /// @throws InvalidArgument  until not finite or not > 0
  SpikeTrain(const Neuron& neuron, const Current& current, double until, Precision precision = Precision::exact);
  SpikeTrain(SpikeTrain&&) noexcept;
  SpikeTrain& operator=(SpikeTrain&&) noexcept;
  ~SpikeTrain();

  /// The next spike; empty when there is none until `until`.
  /// @throws InvalidArgument  100 digits do not suffice, as the numbers span too many orders of magnitude (a refractory
  ///                          period of 1e100 ms beside a time constant of 8 ms, say)
  std::optional<Spike> next() {
    if (ready_->next == ready_->size) return work_out_next();
    return ready_->take();
  }

  /// What could not be decided on the way so far, in order; empty for all but contrived input.
  std::span<const Grazing> grazings() const noexcept;

  /// What the way so far took, spikes that are worked out and not asked for yet included: up to 64 where the neuron
  /// fires regularly.
  const Effort& effort() const noexcept;

  /// SpikeTrain is a single-pass input range of Spike: for (const Spike& spike : SpikeTrain(...)).
  class Iterator {
   public:
    using value_type = Spike;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    Iterator() = default;
    explicit Iterator(SpikeTrain& train) : train_(&train), spike_(train.next()) {}
    const Spike& operator*() const { return *spike_; }
    const Spike* operator->() const { return &*spike_; }
    Iterator& operator++() {
      spike_ = train_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) { return !i.spike_; }

   private:
    SpikeTrain* train_ = nullptr;
    std::optional<Spike> spike_;
  };
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  std::optional<Spike> work_out_next();

  double until_;
  std::unique_ptr<detail::Train> train_;
  detail::ReadySpikes* ready_;  // where a neuron fires regularly, many spikes are worked out at once
};

/// The times of all spikes with 0 <= t <= until (ms), ascending; see SpikeTrain, which yields the same one at a time.
std::vector<double> spike_times(const Neuron& neuron, const Current& current, double until,
                                Precision precision = Precision::exact);

/// The membrane potential u (mV) at each of `times` (ms, ascending, >= 0), from the closed form, to the last digit or
/// two. At a spike's own time and in refractoriness after it that is the reset potential; at an event, the value after
/// it.
/// @throws InvalidArgument  a time is negative, not finite, or smaller than the one before it
std::vector<double> membrane_potential(const Neuron& neuron, const Current& current, std::span<const double> times);

}  // namespace lapicque
