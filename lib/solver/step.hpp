#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"

namespace lapicque::detail {

/// One spike, as well as Real can tell.
template <class Real>
struct Firing {
  Ball<Clock<Real>> time;  ///< ms
  Radius<Real> slope;      ///< see Spike
  double condition;        ///< see Spike
};

/// Whether an instant plainly comes before a time, ms.
template <class Time>
bool comes_before(const Ball<Time>& instant, double time) {
  return (convert_real<double>(instant.mid) + convert_radius<double>(instant.rad)) * (1 + 0x1p-50) < time;
}

/// What an event loop comes to in one call of advance().
template <class Real>
struct Step {
  std::uint64_t stretches = 0;           ///< how many whole stretches are done
  std::optional<Firing<Real>> firing{};  ///< the spike that ends the last of them
  bool is_unclear = false;               ///< the stretch after them takes more digits
  std::size_t decided_by = 0;            ///< which rung's digits told whether there is a spike
  std::size_t located_by = 0;            ///< which rung's digits told its time
};

/// Which ways past whole stretches a train may take; see skip.hpp.
struct SkipsAllowed {
  bool regular = true;   ///< RegularTrain
  bool sinusoid = true;  ///< SinusoidTrain
  bool quiet = true;     ///< QuietWay
  bool lanes = true;     ///< StretchesAhead side by side, within QuietWay
};

/// What a train is solved for.
struct Purpose {
  bool nearest = true;       ///< a spike's time has to tell which double is the nearest; else its bound is enough
  bool traced = false;       ///< whether potential_at() will be asked for: nothing is skipped then
  bool suits_double = true;  ///< whether the problem's numbers do: see scaled()
  SkipsAllowed skips{};
};

}  // namespace lapicque::detail
