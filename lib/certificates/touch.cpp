#include "touch.hpp"

#include <utility>
#include <vector>

namespace lapicque::detail {
namespace {

struct Piece {
  Interval a, b;
  Interval x_a, x_b;
  bool halve;  // whatever the drive's root may be
};

/// Where to cut a piece: closely around the drive's root, as far as one step of Newton's method finds it between the
/// ends; else in the middle.
std::vector<Interval> cuts_of(const Motion& motion, const Piece& piece) {
  constexpr long share = -64;  // of the piece's length, on either side of the root; a power of two
  const Interval middle = Interval::hull(piece.a, piece.b).middle();
  if (!piece.halve) {
    const Interval root = (middle - motion.drive(middle) / motion.drive_slope(middle)).middle();
    const Interval hair = scaled(piece.b - piece.a, share).upper();
    const Interval low = (root - hair).middle();
    const Interval high = (root + hair).middle();
    if (before(piece.a, low) && before(low, high) && before(high, piece.b)) return {low, high};
  }
  if (before(piece.a, middle) && before(middle, piece.b)) return {middle};
  return {};
}

}  // namespace

// x exp(t/tau) rises and falls as the drive is above or below 0, so that its maxima lie where the drive changes its
// sign. Cutting goes on around those, until they are proven to be below by rule "bounded", or x rises by no more on the
// way to them than the bits can show.
bool leaves_open(const Motion& motion, const Interval& from, const Interval& to) {
  constexpr int most_pieces = 2000;
  const Interval least_rise = scaled(-motion.reset(), -WorkingPrecision::bits());
  std::vector<Piece> pieces{{from, to, motion.potential(from), motion.potential(to), false}};
  bool open = false;
  for (int count = 0; !pieces.empty(); ++count) {
    if (count == most_pieces) return false;
    const Piece piece = std::move(pieces.back());
    pieces.pop_back();
    const auto& [a, b, x_a, x_b, halve] = piece;

    const Interval whole = Interval::hull(a, b);
    const Interval slope = motion.drive_slope(whole);
    const bool is_monotone = slope.is_not_negative() || slope.is_not_positive();
    const Interval drive = is_monotone ? Interval::hull(motion.drive(a), motion.drive(b)) : motion.drive(whole);
    // Where the drive has one sign, the greatest of x exp(t/tau) is at an end.
    if (drive.is_not_positive() || drive.is_not_negative()) {
      open = open || !(drive.is_not_positive() ? x_a : x_b).is_negative();
      continue;
    }
    const Interval left = exp((a - b) / motion.tau());
    const Interval rise = drive.upper() * (1.0 - left);
    if (x_a.is_negative() && (x_a * left + rise).is_negative()) continue;
    const std::vector<Interval> cuts = not_after(rise, least_rise) ? std::vector<Interval>{} : cuts_of(motion, piece);
    open = open || cuts.empty();

    // The short piece around a root comes closer to it by another step; its neighbours have one no longer, or are
    // halved.
    Interval start = a;
    Interval x_start = x_a;
    for (const Interval& cut : cuts) {
      Interval x = motion.potential(cut);
      if (x.is_positive()) return false;
      const bool is_first = &cut == &cuts.front();
      pieces.push_back({start, cut, x_start, x, is_first && cuts.size() == 2});
      start = cut;
      x_start = std::move(x);
    }
    if (!cuts.empty()) pieces.push_back({start, b, x_start, x_b, cuts.size() == 2});
  }
  return open;
}

}  // namespace lapicque::detail
