#include "lapicque/neuron.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "lapicque/error.hpp"

namespace lapicque {
namespace {

std::string complaint(const NeuronParameters& parameters) {
  try {
    Neuron neuron(parameters);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(Neuron, IsThatOfTheExercisesByDefault) {
  const Neuron neuron;
  EXPECT_EQ(neuron.rest(), -70);
  EXPECT_EQ(neuron.reset(), -65);
  EXPECT_EQ(neuron.threshold(), -50);
  EXPECT_EQ(neuron.resistance(), 10);
  EXPECT_EQ(neuron.tau(), 8);
  EXPECT_EQ(neuron.refractory(), 2);
  EXPECT_EQ(neuron.initial(), -70);
}

TEST(Neuron, StartsAtRestUnlessToldOtherwise) {
  EXPECT_EQ((Neuron{{.rest = -60}}).initial(), -60);
  EXPECT_EQ((Neuron{{.initial = -55}}).initial(), -55);
}

TEST(Neuron, NamesValueRuleAndMend) {
  EXPECT_EQ(complaint({.tau = -8}),
            "tau = -8 ms: a membrane time constant must be greater than 0; write for example 8 ms");
  EXPECT_EQ(complaint({.resistance = 0}),
            "resistance = 0 MOhm: a membrane resistance must be greater than 0; write for example 10 Mohm");
  EXPECT_EQ(complaint({.refractory = -0.5}),
            "refractory = -0.5 ms: an absolute refractory period must not be negative; write for example 2 ms");
  EXPECT_EQ(complaint({.reset = -50}),
            "reset = -50 mV: the reset potential must lie below the threshold; choose one below -50 mV");
  EXPECT_EQ(complaint({.initial = -49.5}),
            "initial = -49.5 mV: the initial potential must lie below the threshold; choose one below -50 mV");
  EXPECT_EQ(complaint({.rest = -40}),
            "rest = -40 mV: a neuron starts at rest unless told otherwise, and must start below the threshold; give an "
            "initial potential below -50 mV");
  EXPECT_EQ(complaint({.threshold = std::numeric_limits<double>::infinity()}),
            "threshold = inf mV: must be a finite number");
}

TEST(Neuron, MayRestAboveThresholdWhenItsStartIsGiven) {
  EXPECT_EQ(complaint({.rest = -40, .initial = -60}), "");
  EXPECT_EQ(complaint({.rest = -50, .initial = -60}), "");
}

TEST(InvalidArgument, CarriesItsPieces) {
  try {
    Neuron neuron{{.tau = 0}};
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.subject(), "tau");
    EXPECT_EQ(error.value(), "0 ms");
    EXPECT_EQ(error.rule(), "a membrane time constant must be greater than 0");
    EXPECT_EQ(error.mend(), "write for example 8 ms");
  }
}

}  // namespace
}  // namespace lapicque
