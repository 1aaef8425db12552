#include "period_net.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::size_t distances = 49;
constexpr std::size_t gaps = 40;
constexpr double mesh = 1.6;             // from one distance or gap to the next
constexpr double least_distance = 1e-7;  // of the currents' span
constexpr double least_gap = 1e-4;       // of the currents' span

/// The knot at which something is least, if it is finite anywhere.
template <class Squares>
const Knot* best_of(const std::vector<Knot>& knots, const Squares& squares) {
  const Knot* best = nullptr;
  double least = infinity;
  for (const Knot& k : knots) {
    if (const double s = squares(k); s < least) {
      least = s;
      best = &k;
    }
  }
  return best;
}

PeriodValues values_of(const Knot& k, double refractory, double tau) {
  return {refractory, std::log(tau), std::log(k.gap / k.distance), std::log(k.distance)};
}

}  // namespace

double Knot::squares_at(double refractory) const {
  const double tau = tau_at(refractory);
  const double mean_off = y - refractory - tau * x;
  return tau > 0 ? squares_at_tau(tau) + w * mean_off * mean_off : infinity;
}

PeriodValues Knot::values() const {
  const double tau = xy / xx;
  return values_of(*this, y - tau * x, tau);
}

Knot make_knot(const std::vector<Period>& periods, double least, double distance, double gap) {
  Knot k{distance, gap, 0, 0, 0, 0, 0, 0};
  const auto logarithm = [&](const Period& p) { return std::log1p(gap / (p.current - least + distance)); };
  for (const Period& p : periods) {
    const double w = 1 / (p.error * p.error);
    k.w += w;
    k.x += w * logarithm(p);
    k.y += w * p.value;
  }
  k.x /= k.w;
  k.y /= k.w;
  for (const Period& p : periods) {
    const double w = 1 / (p.error * p.error);
    const double dx = logarithm(p) - k.x;
    const double dy = p.value - k.y;
    k.xx += w * dx * dx;
    k.xy += w * dx * dy;
    k.yy += w * dy * dy;
  }
  return k;
}

PeriodNet::PeriodNet(const std::vector<Period>& periods, double least, double span) {
  for (std::size_t i = 0; i < distances; ++i) {
    for (std::size_t j = 0; j < gaps; ++j) {
      knots_.push_back(make_knot(periods, least, least_distance * std::pow(mesh, static_cast<double>(i)) * span,
                                 least_gap * std::pow(mesh, static_cast<double>(j)) * span));
    }
  }
}

bool PeriodNet::lies_low(std::size_t i, std::size_t j) const {
  const double here = knots_[i * gaps + j].squares();
  for (std::size_t k = std::max<std::size_t>(i, 1) - 1; k < std::min(i + 2, distances); ++k) {
    for (std::size_t l = std::max<std::size_t>(j, 1) - 1; l < std::min(j + 2, gaps); ++l) {
      if (knots_[k * gaps + l].squares() < here) return false;
    }
  }
  return std::isfinite(here);
}

std::vector<PeriodValues> PeriodNet::local_minima() const {
  std::vector<PeriodValues> found;
  for (std::size_t i = 0; i < distances; ++i) {
    for (std::size_t j = 0; j < gaps; ++j) {
      if (lies_low(i, j)) found.push_back(knots_[i * gaps + j].values());
    }
  }
  return found;
}

std::optional<PeriodValues> PeriodNet::best_at_refractory(double refractory) const {
  const Knot* best = best_of(knots_, [&](const Knot& k) { return k.squares_at(refractory); });
  if (best == nullptr) return std::nullopt;
  return values_of(*best, refractory, best->tau_at(refractory));
}

std::optional<PeriodValues> PeriodNet::best_at_tau(double tau) const {
  const Knot* best = best_of(knots_, [&](const Knot& k) { return k.squares_at_tau(tau); });
  if (best == nullptr) return std::nullopt;
  return values_of(*best, best->y - tau * best->x, tau);
}

}  // namespace lapicque::estimation
