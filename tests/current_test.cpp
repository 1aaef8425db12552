#include "lapicque/current.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "lapicque/error.hpp"

namespace lapicque {
namespace {

template <class Make>
std::string complaint(Make make) {
  try {
    make();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(Current, AddsUpItsPieces) {
  Current current = step(0, forever, 1) + ramp(0, 1, 0, 1) + sinusoid(0, forever, 1, 10);
  current += samples(0, 0.1, {1, 2}) + pulses({{1, 2}}) + alpha_synapse(3, {}) + exponential_synapse(4, {{1, 1}});
  EXPECT_EQ(pieces_of<Step>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Ramp>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Sinusoid>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Samples>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Pulses>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Synapse>(current).size(), 2U);
  current += current;
  EXPECT_EQ(pieces_of<Synapse>(current).size(), 4U);
}

TEST(Current, KeepsThePiecesOfOneKindTogetherInTheOrderOfTheKinds) {
  const Current current = pulses({{1, 2}}) + step(3, 4, 1) + samples(0, 1, {1}) + step(1, 2, 1) + alpha_synapse(3, {});
  std::vector<std::size_t> kinds;
  for (const Piece& piece : current.pieces()) kinds.push_back(piece.index());
  EXPECT_EQ(kinds, (std::vector<std::size_t>{0, 0, 3, 4, 5}));
  EXPECT_EQ(pieces_of<Step>(current)[0].start, 3);
  EXPECT_EQ(pieces_of<Step>(current)[1].start, 1);
  EXPECT_EQ(without_events(current).pieces().size(), 3U);
  EXPECT_EQ(events_of(current).pieces().size(), 2U);
}

TEST(Current, SortsItsEvents) {
  const Current current = pulses({{3, 1}, {1, 2}, {2, 3}});
  const auto& events = *pieces_of<Pulses>(current)[0].events;
  EXPECT_EQ(events[0].time, 1);
  EXPECT_EQ(events[0].size, 2);
  EXPECT_EQ(events[2].time, 3);
}

TEST(Samples, HaveTheirBreakpointsAtTheNearestDouble) {
  using Rational = boost::multiprecision::cpp_rational;
  const Current current = samples(0.7, 0.1, std::vector<double>(1000, 0.0));
  const Samples piece = pieces_of<Samples>(current)[0];
  for (int k = 0; k <= 1000; ++k) {
    const Rational exact = Rational(0.7) + k * Rational(0.1);
    const double got = piece.breakpoint(static_cast<std::size_t>(k));
    const auto distance = [&](double x) { return Rational(abs(Rational(x) - exact)); };
    EXPECT_LE(distance(got), distance(std::nextafter(got, forever))) << k;
    EXPECT_LE(distance(got), distance(std::nextafter(got, -forever))) << k;
  }
  EXPECT_EQ(piece.stop(), piece.breakpoint(1000));
}

TEST(Current, RefusesWhatMakesNoSense) {
  const double nan = std::nan("");
  EXPECT_EQ(complaint([] { step(5, 5, 1); }),
            "stop = 5 ms: an interval must end after it starts; choose a stop after 5 ms");
  EXPECT_EQ(complaint([&] { step(nan, 5, 1); }), "start = nan ms: must be a finite number");
  EXPECT_EQ(complaint([] { step(0, forever, forever); }), "amplitude = inf nA: must be a finite number");
  EXPECT_EQ(complaint([] { ramp(0, forever, 0, 1); }), "stop = inf ms: must be a finite number");
  EXPECT_EQ(complaint([] { sinusoid(0, 1, 1, 0); }),
            "frequency = 0 Hz: a frequency must be greater than 0; write for example 250 Hz");
  EXPECT_EQ(complaint([&] { sinusoid(0, 1, 1, 1, nan); }), "phase = nan rad: must be a finite number");
  EXPECT_EQ(complaint([] { samples(0, -0.1, {1}); }),
            "step = -0.1 ms: the step between samples must be greater than 0; write for example 0.1 ms");
  EXPECT_EQ(complaint([] { samples(0, 0.1, {}); }),
            "values = []: samples need at least one value; give one or leave the input out");
  EXPECT_EQ(complaint([&] { samples(0, 0.1, {1, nan}); }), "values[1] = nan nA: must be a finite number");
  EXPECT_EQ(complaint([&] { pulses({{nan, 1}}); }), "times[0] = nan ms: must be a finite number");
  EXPECT_EQ(complaint([&] { alpha_synapse(1, {{1, 1}, {1, nan}}); }), "weights[1] = nan nA: must be a finite number");
  EXPECT_EQ(complaint([] { exponential_synapse(0, {}); }),
            "tau = 0 ms: a synaptic time constant must be greater than 0; write for example 2 ms");
}

}  // namespace
}  // namespace lapicque
