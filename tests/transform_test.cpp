#include "input/transform.hpp"

#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/error.hpp"

namespace lapicque::detail {
namespace {

Current all_kinds() {
  return step(1, 2, 3) + ramp(1, 3, 0, 4) + sinusoid(0, 9, 1, 100, 0.5) + samples(0, 1, {5, 6}) + pulses({{4, 1}}) +
         exponential_synapse(2, {{3, 0.5}}) + alpha_synapse(2, {{3, 0.25}});
}

TEST(Transform, IntoTheSamePiecesIsTheSameCurrent) {
  const Current same = transform(all_kinds(), [](const auto& piece) { return current_of(piece); });
  const auto pieces = same.pieces();
  ASSERT_EQ(pieces.size(), all_kinds().pieces().size());
  EXPECT_EQ(std::get<Step>(pieces[0]).amplitude, 3);
  EXPECT_EQ(std::get<Ramp>(pieces[1]).to, 4);
  EXPECT_EQ(std::get<Sinusoid>(pieces[2]).phase, 0.5);
  EXPECT_EQ(*std::get<Samples>(pieces[3]).values, (std::vector<double>{5, 6}));
  EXPECT_EQ(std::get<Pulses>(pieces[4]).events->front().size, 1);
  EXPECT_EQ(std::get<Synapse>(pieces[5]).shape, Shape::exponential);
  EXPECT_EQ(std::get<Synapse>(pieces[6]).shape, Shape::alpha);
  EXPECT_EQ(std::get<Synapse>(pieces[6]).events->front().size, 0.25);
}

TEST(Transform, OfOneKindLeavesTheOthers) {
  const Current doubled = transform_each<Step>(all_kinds(), [](Step& piece) { piece.amplitude *= 2; });
  EXPECT_EQ(std::get<Step>(doubled.pieces()[0]).amplitude, 6);
  EXPECT_EQ(std::get<Ramp>(doubled.pieces()[1]).to, 4);
}

TEST(Transform, OfEventsLeavesThoseOfTheOriginal) {
  const Current original = pulses({{4, 1}, {5, 2}});
  const auto& piece = std::get<Pulses>(original.pieces()[0]);
  const Pulses later = with_events(piece, [](std::vector<Event>& events) {
    for (Event& event : events) event.time += 10;
  });
  EXPECT_EQ(later.events->back().time, 15);
  EXPECT_EQ(piece.events->back().time, 5);
}

TEST(Transform, ChecksWhatComesOutAsAnyOtherCurrent) {
  EXPECT_THROW(transform_each<Step>(all_kinds(), [](Step& piece) { piece.stop = piece.start; }), InvalidArgument);
}

}  // namespace
}  // namespace lapicque::detail
