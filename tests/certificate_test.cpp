#include "lapicque/certificates/certificate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "lapicque/certificates/certify.hpp"
#include "lapicque/certificates/check.hpp"
#include "lapicque/current_value.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/file_error.hpp"
#include "lapicque/spike_train.hpp"
#include "oracle.hpp"
#include "random.hpp"
#include "verdict.hpp"

namespace lapicque {
namespace {

using testing::Random;
using testing::Real;
using End = Certificate::End;
using Kind = Certificate::Kind;
using Rule = Certificate::Rule;

struct Problem {
  Neuron neuron;
  Current current;
  double until;
};

Certificate certify(const Problem& p, double width = 1e-20) {
  return lapicque::certify(p.neuron, p.current, p.until, width);
}
Verdict check(const Problem& p, const Certificate& certificate) {
  return lapicque::check(p.neuron, p.current, p.until, certificate);
}

std::vector<Spike> train(const Problem& p) {
  std::vector<Spike> spikes;
  for (const Spike& spike : SpikeTrain(p.neuron, p.current, p.until)) spikes.push_back(spike);
  return spikes;
}

/// The checker accepts the certificate, the solver's spikes agree with it, and each of the oracle's, which are good to
/// 60 digits, lies in its interval.
void expect_certified(const Problem& p) {
  const std::string code = testing::to_code({p.neuron, p.current, p.until});
  const Certificate certificate = certify(p);
  const Verdict verdict = check(p, certificate);
  ASSERT_TRUE(verdict.valid) << verdict.fault << "\n" << code;
  ASSERT_EQ(verdict.assumptions.size(), certificate.assumptions()) << code;
  ASSERT_EQ(disagreement(certificate, train(p)), "") << code;

  const testing::OracleSpikes truth = testing::oracle_spikes(p.neuron, p.current, p.until);
  ASSERT_EQ(certificate.spikes.size(), truth.times.size()) << code;
  const Real oracle_error = Real("1e-50");
  for (std::size_t k = 0; k < truth.times.size(); ++k) {
    const Real low(certificate.spikes[k].low);
    const Real high(certificate.spikes[k].high);
    EXPECT_LE(low - oracle_error, truth.times[k]) << "spike " << k + 1 << "\n" << code;
    EXPECT_GE(high + oracle_error, truth.times[k]) << "spike " << k + 1 << "\n" << code;
    EXPECT_LE(high - low, Real("1e-20")) << "spike " << k + 1 << "\n" << code;
  }
}

// Random experiments.

Neuron random_neuron(Random& random) {
  NeuronParameters p;
  p.reset = random.uniform(-80, -51);
  p.refractory = random.chance(0.3) ? 0 : random.uniform(0.1, 6);
  p.initial = random.chance(0.5) ? -70 : random.uniform(-90, -51);
  if (random.chance(0.1)) p.rest = random.uniform(-50, -40);  // fires by itself
  return p;
}

double random_tau(Random& random) {
  switch (random.integer(0, 2)) {
    case 0:
      return random.logarithmic(0.5, 100);
    case 1:
      return 8 * (1 + (random.chance(0.5) ? 1 : -1) * std::ldexp(1.0, -random.integer(1, 52)));
    default:
      return 8;
  }
}

/// Now and then on a grid, so that events coincide.
std::vector<Event> random_events(Random& random, double least, double greatest) {
  std::vector<Event> events;
  for (int k = random.integer(1, 25); k > 0; --k) {
    const double time = random.uniform(-10, 100);
    events.push_back({random.chance(0.3) ? std::round(time) : time, random.uniform(least, greatest)});
  }
  return events;
}

Current random_step(Random& random) {
  const double start = random.uniform(-10, 60);
  return step(start, random.chance(0.3) ? forever : start + random.logarithmic(1, 100), random.uniform(-1, 5));
}
Current random_ramp(Random& random) {
  const double start = random.uniform(-10, 60);
  return ramp(start, start + random.logarithmic(1, 100), random.uniform(-2, 6), random.uniform(-2, 6));
}
Current random_sinusoid(Random& random) {
  const double start = random.uniform(-10, 30);
  return sinusoid(start, random.chance(0.5) ? forever : start + random.logarithmic(5, 100), random.uniform(0.5, 6),
                  random.logarithmic(5, 500), random.uniform(-4, 4));
}
Current random_samples(Random& random, Hold hold) {
  std::vector<double> values;
  for (int k = random.integer(1, 40); k > 0; --k) values.push_back(random.uniform(-3, 7));
  return samples(random.uniform(-5, 10), random.logarithmic(0.2, 5), std::move(values), hold);
}
Current random_pulses(Random& random) { return pulses(random_events(random, -6, 14)); }
Current random_synapse(Random& random) {
  const double weight = random.uniform(2, 8);
  const auto make = random.chance(0.5) ? alpha_synapse : exponential_synapse;
  return make(random_tau(random), random_events(random, -0.5 * weight, weight));
}

const std::vector<std::pair<const char*, std::function<Current(Random&)>>> kinds{
    {"steps", [](Random& r) { return random_step(r) + random_step(r); }},
    {"ramps", [](Random& r) { return random_ramp(r) + random_ramp(r); }},
    {"sinusoid", random_sinusoid},
    {"sinusoids", [](Random& r) { return random_sinusoid(r) + random_sinusoid(r) + random_step(r); }},
    {"held samples", [](Random& r) { return random_samples(r, Hold::previous); }},
    {"linear samples", [](Random& r) { return random_samples(r, Hold::linear); }},
    {"pulses", [](Random& r) { return random_pulses(r) + random_step(r); }},
    {"synapse", random_synapse},
    {"synapses", [](Random& r) { return random_synapse(r) + random_synapse(r) + random_synapse(r); }},
};

TEST(Certificate, HoldsForEveryKindOfInput) {
  Random random;
  for (const auto& [name, make] : kinds) {
    for (int k = testing::cases(6); k > 0; --k) {
      const Neuron neuron = random_neuron(random);
      expect_certified({neuron, make(random), 100});
      if (HasFailure()) FAIL() << name;
    }
  }
}

TEST(Certificate, HoldsForMixtures) {
  Random random;
  for (int k = testing::cases(15); k > 0; --k) {
    const Neuron neuron = random_neuron(random);
    Current sum;
    for (int count = random.integer(2, 4); count > 0; --count) {
      sum += kinds[static_cast<std::size_t>(random.integer(0, static_cast<int>(kinds.size()) - 1))].second(random);
    }
    expect_certified({neuron, sum, 100});
    if (HasFailure()) FAIL();
  }
}

TEST(Certificate, HoldsForHugeCurrentsThatCancel) {
  const Current current = step(0, forever, 2.5) + exponential_synapse(2, {{1, 1e17}, {1, -1e17}, {3, 4}}) +
                          step(4, 9, 1e17) + step(4, 9, -1e17) + sinusoid(2, forever, 1e17, 50) +
                          sinusoid(2, forever, -1e17, 50);
  expect_certified({{}, current, 60});
}

// A difference of exponentials a millionth apart, each a million times their difference.
TEST(Certificate, HoldsForSynapsesThatNearlyCancel) {
  const double weight = 4e6;
  expect_certified({{},
                    exponential_synapse(6, {{1, weight}, {20, weight}}) +
                        exponential_synapse(6 * (1 - 0x1p-20), {{1, -weight}, {20, -weight}}) + step(0, forever, 1.9),
                    60});
}

TEST(Certificate, HoldsAtAnyScale) {
  for (const double volt : {1e-290, 1e290}) {
    for (const double time : {1e-200, 1e200}) {
      const Problem p{NeuronParameters{.rest = -70 * volt,
                                       .reset = -65 * volt,
                                       .threshold = -50 * volt,
                                       .resistance = 10,
                                       .tau = 8 * time,
                                       .refractory = 2 * time},
                      step(5 * time, forever, 2.5 * volt), 100 * time};
      const Certificate certificate = certify(p);
      const Verdict verdict = check(p, certificate);
      EXPECT_TRUE(verdict.valid) << verdict.fault;
      EXPECT_EQ(disagreement(certificate, train(p)), "");
      EXPECT_EQ(certificate.spikes.size(), 7U);
    }
  }
}

// A jump at 5e-320 ms, and the closed form 5e-320 + 8e-320 ln 5 for the crossing: 1.7875503e-319 ms.
TEST(Certificate, AgreesWithSpikesAtSubnormalTimes) {
  const Problem jump{{}, pulses({{5e-320, 20}}), 1};
  const Certificate landing = certify(jump);
  ASSERT_EQ(landing.spikes.size(), 1U);
  EXPECT_EQ(disagreement(landing, train(jump)), "");
  const std::vector<Spike> late{{6e-320, 0, 0, forever, 0}};
  EXPECT_TRUE(disagreement(landing, late).starts_with("spike 1 is at 6e-320 ms, and certified to be in [4.99994"))
      << disagreement(landing, late);

  const Problem crossing{NeuronParameters{.tau = 8e-320, .refractory = 2e-320}, step(5e-320, forever, 2.5), 2e-319};
  const Certificate rise = certify(crossing, 5e-324);
  ASSERT_EQ(rise.spikes.size(), 1U);
  EXPECT_NEAR(std::strtod(rise.spikes[0].low.c_str(), nullptr), 1.7875503e-319, 1e-323);
  EXPECT_EQ(disagreement(rise, train(crossing)), "");
  EXPECT_TRUE(check(crossing, rise).valid);
}

TEST(Certificate, HoldsForASinusoidAfterABillionPeriods) {
  expect_certified({{}, sinusoid(-1e10, forever, 6, 100), 60});
}

// Closed forms: 5 + 8 ln 5, and 2 + 8 ln 4 after that.
TEST(Certificate, HasAsManyDigitsAsAskedFor) {
  const Problem p{{}, step(5, forever, 2.5), 40};
  const Certificate certificate = certify(p, 1e-45);
  ASSERT_EQ(certificate.spikes.size(), 2U);
  const Real first = 5 + 8 * log(Real(5));
  const Real second = first + 2 + 8 * log(Real(4));
  EXPECT_LE(abs(Real(certificate.spikes[0].low) - first), Real("1e-45"));
  EXPECT_LE(abs(Real(certificate.spikes[1].high) - second), Real("1e-45"));
  EXPECT_LE(Real(certificate.spikes[1].low), second);
  EXPECT_GE(Real(certificate.spikes[1].high), second);
  EXPECT_TRUE(check(p, certificate).valid);
}

TEST(Certificate, KeepsItsWidthThroughLongTrains) {
  const Problem p{{}, step(0, forever, 2.5), 12010};
  const Certificate certificate = certify(p);
  ASSERT_EQ(certificate.spikes.size(), 917U);
  const Real last = 8 * log(Real(5)) + 916 * (2 + 8 * log(Real(4)));
  EXPECT_LE(Real(certificate.spikes.back().low), last);
  EXPECT_GE(Real(certificate.spikes.back().high), last);
  EXPECT_LE(Real(certificate.spikes.back().high) - Real(certificate.spikes.back().low), Real("1e-20"));
  EXPECT_TRUE(check(p, certificate).valid);
}

// Ties.

TEST(Certificate, ProvesThatExactlyTheRheobaseNeverFires) {
  for (const Current& current : {step(0, forever, 2), step(0, forever, 1) + sinusoid(0, forever, 1, 10),
                                 step(0, forever, 1e300) + step(0, forever, -1e300) + step(0, forever, 2)}) {
    const Problem p{{}, current, 1e5};
    const Certificate certificate = certify(p);
    EXPECT_TRUE(certificate.spikes.empty());
    EXPECT_EQ(certificate.assumptions(), 0U);
    EXPECT_TRUE(check(p, certificate).valid);
  }
}

TEST(Certificate, ProvesWhichJumpsReachTheThreshold) {
  // From rest exactly onto the threshold; at the end of refractoriness, from reset onto it; just before, lost; and
  // short of it by an ulp.
  const double short_of_it = std::nextafter(20.0, 0.0);
  const Problem p{{}, pulses({{3, 20}, {5, 15}, {6.5, 100}, {500, short_of_it}}), 600};
  const Certificate certificate = certify(p);
  ASSERT_EQ(certificate.spikes.size(), 2U);
  EXPECT_EQ(certificate.spikes[0].low, "3");
  EXPECT_EQ(certificate.spikes[1].low, "5");
  EXPECT_EQ(certificate.spikes[1].high, "5");
  EXPECT_EQ(certificate.assumptions(), 0U);
  EXPECT_TRUE(check(p, certificate).valid);
  EXPECT_EQ(disagreement(certificate, train(p)), "");
}

/// u is a straight line that reaches the threshold at t = 24.
const Neuron straight{NeuronParameters{
    .rest = 0, .reset = -5, .threshold = 20, .resistance = 1, .tau = 4, .refractory = 2, .initial = -4}};

TEST(Certificate, ProvesACrossingAtADoubleExactly) {
  // The event at 26 ms, as refractoriness ends, is not lost; the one at 24 ms comes after the spike.
  for (const Current& more : {Current(), pulses({{24, 1}, {26, 30}}), pulses({{24, -100}, {26, 30}})}) {
    const Problem p{straight, ramp(0, 48, 0, 48) + more, 26};
    const Certificate certificate = certify(p);
    ASSERT_EQ(certificate.spikes.size(), more.pieces().empty() ? 1U : 2U);
    EXPECT_EQ(certificate.spikes[0].low, "24");
    EXPECT_EQ(certificate.spikes[0].high, "24");
    EXPECT_EQ(certificate.spikes[0].kind, Kind::crossing);
    EXPECT_EQ(certificate.spikes.back().low, more.pieces().empty() ? "24" : "26");
    EXPECT_EQ(certificate.assumptions(), 0U);
    const Verdict verdict = check(p, certificate);
    EXPECT_TRUE(verdict.valid) << verdict.fault;
    EXPECT_EQ(disagreement(certificate, train(p)), "");
  }
}

// Two sinusoids whose starts are a period apart, and whose amplitudes are opposite, cancel each other; no digits tell.
TEST(Certificate, SaysWhatItTakesForGranted) {
  const Current nothing = sinusoid(-5, forever, 1, 1000) + sinusoid(-6, forever, -1, 1000);

  const Problem jump{{}, nothing + pulses({{3, 20}}), 4};
  const Certificate landing = certify(jump);
  ASSERT_EQ(landing.spikes.size(), 1U);
  EXPECT_EQ(landing.spikes[0].kind, Kind::coincidence);
  EXPECT_EQ(landing.spikes[0].low, "3");
  EXPECT_EQ(check(jump, landing).assumptions,
            (std::vector<std::string>{"at 3 ms a voltage jump is taken to land on the threshold exactly"}));

  const Problem line{straight, nothing + ramp(0, 24, 0, 24), 30};
  const Certificate arrival = certify(line);
  ASSERT_EQ(arrival.spikes.size(), 1U);
  EXPECT_EQ(arrival.spikes[0].kind, Kind::coincidence);
  EXPECT_EQ(check(line, arrival).assumptions,
            (std::vector<std::string>{"at 24 ms the potential is taken to reach the threshold exactly"}));
}

// With R = 1, w = 32, tau = tau_s = 8, s ms after its onset at 2 ms an alpha current takes u from a straight line by
// w e (s/tau)^2/2 e^(-s/tau), which is w/2 at s = tau. The line is 2 (2 - t) from 6 ms on: u is 0 at 10 ms, and
// du/dt = w/(2 tau) - 2 = 0; d^2u/dt^2 < 0.
const Problem touching{
    NeuronParameters{.rest = -20, .reset = -25, .threshold = 0, .resistance = 1, .tau = 8, .refractory = 2},
    alpha_synapse(8, {{2, 32}}) + pulses({{6, 12}}) + ramp(6, 16, -4, -24), 16};

TEST(Certificate, SaysWhereTheThresholdIsTouched) {
  const Certificate certificate = certify(touching);
  EXPECT_TRUE(certificate.spikes.empty());
  EXPECT_EQ(certificate.assumptions(), 1U);
  const Verdict verdict = check(touching, certificate);
  EXPECT_TRUE(verdict.valid) << verdict.fault;
  ASSERT_EQ(verdict.assumptions.size(), 1U);
  EXPECT_NE(verdict.assumptions[0].find("touch"), std::string::npos);
  SpikeTrain solver(touching.neuron, touching.current, touching.until);
  EXPECT_FALSE(solver.next());
  EXPECT_EQ(solver.grazings().size(), 1U);
}

// With tau_s = tau, a weight w lifts u by R w (t/tau) e^(-t/tau), at most R w / e.
TEST(Certificate, DecidesWhatGrazesTheThreshold) {
  for (const double distance : {1e-3, 1e-6, 1e-9, 1e-12}) {
    for (const int side : {-1, 1}) {
      const double weight = 2 * std::exp(1.0) * (1 + side * distance);
      const Problem p{{}, exponential_synapse(8, {{1, weight}}), 40};
      EXPECT_EQ(certify(p).spikes.size(), side < 0 ? 0U : 1U) << distance;
      expect_certified(p);
    }
  }
}

// Doctored certificates.

/// A train with crossings, jump spikes, a lost jump, one that does not reach, and every rule.
Problem sample_problem() {
  return {{},
          step(5, forever, 2.2) + sinusoid(0, 40, 3, 80) + alpha_synapse(3, {{10, 1.5}, {30.5, 2}}) +
              pulses({{12, 1.5}, {45, 30}, {46, 5}, {52.5, 2}}),
          80};
}

/// Every occurrence of a time in the certificate.
void replace(Certificate& certificate, const std::string& from, const std::string& to) {
  for (auto& spike : certificate.spikes) {
    if (spike.low == from) spike.low = to;
    if (spike.high == from) spike.high = to;
  }
  for (auto& stretch : certificate.stretches) {
    if (stretch.from == from) stretch.from = to;
    if (stretch.to == from) stretch.to = to;
  }
}

std::string moved(const std::string& decimal, const char* by) {
  return Real(Real(decimal) + Real(by)).str(60, std::ios_base::fixed);
}

class Doctored : public ::testing::Test {
 protected:
  void expect_refused(const Certificate& doctored, const std::string& how) {
    const Verdict verdict = check(problem, doctored);
    EXPECT_FALSE(verdict.valid) << how;
    EXPECT_NE(verdict.fault, "") << how;
  }

  const Problem problem = sample_problem();
  const Certificate good = certify(problem);
};

TEST_F(Doctored, NothingIsAccepted) {
  const Verdict verdict = check(problem, good);
  EXPECT_TRUE(verdict.valid) << verdict.fault;
  EXPECT_GE(good.spikes.size(), 4U);
  for (const Rule rule : {Rule::above, Rule::bounded, Rule::jump, Rule::clamped}) {
    EXPECT_TRUE(std::any_of(good.stretches.begin(), good.stretches.end(),
                            [&](const auto& stretch) { return stretch.rule == rule; }));
  }
}

TEST_F(Doctored, SpikesAreMissed) {
  for (std::size_t k = 0; k < good.spikes.size(); ++k) {
    Certificate doctored = good;
    doctored.spikes.erase(doctored.spikes.begin() + static_cast<std::ptrdiff_t>(k));
    expect_refused(doctored, "spike removed from the list");

    // With its stretches' words changed as well: no crossing, and no refractoriness.
    for (auto stretch = doctored.stretches.begin(); stretch != doctored.stretches.end(); ++stretch) {
      if (stretch->spike == k + 1) {
        stretch->spike = 0;
        stretch->end = End::below;
        auto clamped = stretch + 1;
        if (clamped + 1 != doctored.stretches.end()) (clamped + 1)->from = stretch->to;
        doctored.stretches.erase(clamped);
      } else if (stretch->spike > k + 1) {
        --stretch->spike;
      }
    }
    expect_refused(doctored, "spike removed with its stretches");
  }
}

// Nothing comes after the last stretch that could show that it has been doctored.
TEST(DoctoredEnd, DoesNotHideTheLastSpike) {
  const Problem p{{}, step(5, forever, 2.5), 18};  // a spike at 17.88 ms
  Certificate doctored = certify(p);
  ASSERT_EQ(doctored.spikes.size(), 1U);
  doctored.spikes.clear();
  while (doctored.stretches.back().from != "5") doctored.stretches.pop_back();
  for (const Rule rule : {Rule::above, Rule::bounded, Rule::touch}) {
    for (const char* bound : {"0", "5", "1e-400"}) {
      doctored.stretches.back() = {rule, "5", "18", End::below, bound, 0};
      EXPECT_FALSE(check(p, doctored).valid) << bound;
    }
  }
}

TEST(DoctoredEnd, DoesNotHideAJumpToTheThreshold) {
  const Problem p{{}, pulses({{3, 20}}), 3};
  Certificate doctored = certify(p);
  ASSERT_EQ(doctored.spikes.size(), 1U);
  doctored.spikes.clear();
  doctored.stretches.pop_back();
  doctored.stretches.back().end = End::below;
  doctored.stretches.back().spike = 0;
  EXPECT_NE(check(p, doctored).fault.find("not below the threshold after the jump"), std::string::npos);
}

// An interval may be wider than need be; but what comes after it has then to be proven for all of it.
TEST(DoctoredWidth, IsFeltByTheNextSpike) {
  const Problem p{{}, step(5, forever, 2.5), 40};
  Certificate doctored = certify(p);
  const auto [low, high, kind] = doctored.spikes[0];
  const std::string released = doctored.stretches[2].to;
  for (const auto& [time, by] : {std::pair(low, "-1e-21"), std::pair(high, "1e-21"), std::pair(released, "-1e-21")}) {
    replace(doctored, time, moved(time, by));
  }
  const Verdict verdict = check(p, doctored);
  EXPECT_FALSE(verdict.valid);
  EXPECT_NE(verdict.fault.find("the potential is not below the threshold at the spike's low_ms"), std::string::npos)
      << verdict.fault;
}

TEST_F(Doctored, SpikesAreInvented) {
  for (std::size_t k = 0; k <= good.spikes.size(); ++k) {
    Certificate doctored = good;
    const Certificate::Spike spike = good.spikes[std::min(k, good.spikes.size() - 1)];
    doctored.spikes.insert(doctored.spikes.begin() + static_cast<std::ptrdiff_t>(k),
                           {moved(spike.low, "0.5"), moved(spike.high, "0.5"), spike.kind});
    expect_refused(doctored, "spike added to the list");
    for (std::size_t s = 0; s < good.stretches.size(); ++s) {
      if (good.stretches[s].spike != 0 || good.stretches[s].rule == Rule::clamped) continue;
      doctored.stretches = good.stretches;
      doctored.stretches[s].end = End::above;
      doctored.stretches[s].spike = k + 1;
      doctored.spikes[k] = {good.stretches[s].from, good.stretches[s].to, Kind::crossing};
      expect_refused(doctored, "stretch " + std::to_string(s) + " ends in an invented spike");
    }
  }
}

TEST_F(Doctored, SpikesAreMoved) {
  for (std::size_t k = 0; k < good.spikes.size(); ++k) {
    for (const char* by : {"1e-15", "-1e-15", "1e-20", "-1e-20", "1e-3"}) {
      Certificate doctored = good;
      const auto [low, high, kind] = good.spikes[k];
      doctored.spikes[k] = {moved(low, by), moved(high, by), kind};
      expect_refused(doctored, std::string("spike moved by ") + by);
      replace(doctored, low, moved(low, by));
      replace(doctored, high, moved(high, by));
      expect_refused(doctored, std::string("spike moved everywhere by ") + by);
    }
    if (good.spikes[k].kind != Kind::crossing) continue;
    Certificate doctored = good;
    replace(doctored, good.spikes[k].low, moved(good.spikes[k].low, "-1e-15"));
    expect_refused(doctored, "interval widened");
    doctored = good;
    doctored.spikes[k].low = doctored.spikes[k].high;
    expect_refused(doctored, "interval narrowed to its end");
    doctored = good;
    doctored.spikes[k].kind = Kind::coincidence;
    expect_refused(doctored, "taken for granted");
  }
}

TEST_F(Doctored, StretchesAreLeftOut) {
  for (std::size_t k = 0; k < good.stretches.size(); ++k) {
    Certificate doctored = good;
    doctored.stretches.erase(doctored.stretches.begin() + static_cast<std::ptrdiff_t>(k));
    expect_refused(doctored, "stretch " + std::to_string(k) + " left out");
  }
}

TEST_F(Doctored, SignsAreFlipped) {
  for (std::size_t k = 0; k < good.stretches.size(); ++k) {
    for (const End end : {End::none, End::below, End::above}) {
      if (end == good.stretches[k].end) continue;
      Certificate doctored = good;
      doctored.stretches[k].end = end;
      expect_refused(doctored, "end of stretch " + std::to_string(k));
    }
  }
}

TEST_F(Doctored, BoundsAreChanged) {
  int refused = 0;
  for (std::size_t k = 0; k < good.stretches.size(); ++k) {
    if (good.stretches[k].rule != Rule::bounded) continue;
    const double from = std::stod(good.stretches[k].from);
    const double to = std::stod(good.stretches[k].to);
    double greatest = -forever;  // of the drive, at 100 places in the stretch
    CurrentEvaluator current(problem.current);
    for (double t = from; t < to; t += (to - from) / 100) greatest = std::max(greatest, -20 + 10 * current.value_at(t));
    for (const double bound : {-1e3, -1.0, 0.0, greatest / 2, greatest - 1e-6}) {
      Certificate doctored = good;
      doctored.stretches[k].bound = to_text(bound);
      if (bound >= greatest) continue;
      expect_refused(doctored, "bound of stretch " + std::to_string(k) + " lowered to " + to_text(bound));
      ++refused;
    }
    Certificate doctored = good;
    doctored.stretches[k].bound = "1e40";
    expect_refused(doctored, "bound of stretch " + std::to_string(k) + " raised");
    doctored.stretches[k].bound = "nan";
    expect_refused(doctored, "bound of stretch " + std::to_string(k) + " is no number");
  }
  EXPECT_GT(refused, 30);
}

TEST_F(Doctored, RulesAreChanged) {
  for (std::size_t k = 0; k < good.stretches.size(); ++k) {
    for (const Rule rule : {Rule::jump, Rule::clamped, Rule::touch}) {
      if (rule == good.stretches[k].rule) continue;
      Certificate doctored = good;
      doctored.stretches[k].rule = rule;
      doctored.stretches[k].bound = "1e-400";
      expect_refused(doctored, "rule of stretch " + std::to_string(k));
    }
  }
}

// Of intervals that are points none is wider than a negative width, or than what is no number.
TEST(DoctoredWidth, IsANumberAndNotNegative) {
  const Problem p{{}, pulses({{3, 20}}), 10};
  Certificate doctored = certify(p);
  for (const char* width : {"0", "-0", "1e-99999", "1"}) {
    doctored.width = width;
    EXPECT_TRUE(check(p, doctored).valid) << width;
  }
  for (const char* width : {"-1e-20", "-1", "-1e-99999"}) {
    doctored.width = width;
    EXPECT_EQ(check(p, doctored).fault, "width_ms = " + doctored.width + ": must not be negative");
  }
  for (const char* width : {"nan", "inf", "-inf", ""}) {
    doctored.width = width;
    EXPECT_EQ(check(p, doctored).fault, "width_ms is not a decimal number: " + doctored.width);
  }
}

TEST_F(Doctored, NumbersAreSpeltInOtherWays) {
  const std::vector<std::function<std::string(const std::string&)>> ways{
      [](const std::string& x) { return " " + x; },
      [](const std::string& x) { return x + " "; },
      [](const std::string& x) { return "+" + x; },
      [](const std::string& x) { return x + '\0'; },
      [](const std::string& x) {
        return x + std::string(
                       "\0"
                       "1",
                       2);
      },
      [](const std::string& x) { return x + (x.find('.') == std::string::npos ? "." : "e"); },
      [](const std::string& x) { return x + "E0"; },
      [](const std::string& x) { return x + "e000000"; },
      [](const std::string& x) { return "0x" + x; },
      [](const std::string&) { return "0x1p3"; },
      [](const std::string&) { return "nan"; },
      [](const std::string&) { return "inf"; },
      [](const std::string&) { return "@Inf@"; },
      [](const std::string&) { return "1,5"; },
      [](const std::string&) { return ".5"; },
      [](const std::string&) { return ""; },
  };
  for (std::size_t w = 0; w < ways.size(); ++w) {
    const auto expect_no_number = [&](std::string& number, const Certificate& doctored) {
      number = ways[w](number);
      const Verdict verdict = check(problem, doctored);
      EXPECT_FALSE(verdict.valid) << number;
      EXPECT_NE(verdict.fault.find("is not a decimal number"), std::string::npos) << w << ": " << verdict.fault;
    };
    Certificate doctored = good;
    expect_no_number(doctored.until, doctored);
    doctored = good;
    expect_no_number(doctored.width, doctored);
    for (std::size_t k = 0; k < good.stretches.size(); ++k) {
      doctored = good;
      expect_no_number(doctored.stretches[k].to, doctored);
      if (good.stretches[k].rule != Rule::bounded) continue;
      doctored = good;
      expect_no_number(doctored.stretches[k].bound, doctored);
    }
    for (std::size_t k = 0; k < good.spikes.size(); ++k) {
      if (good.spikes[k].kind != Kind::crossing) continue;
      doctored = good;
      expect_no_number(doctored.spikes[k].low, doctored);
    }
  }
}

TEST_F(Doctored, HeadersAreChanged) {
  Certificate doctored = good;
  doctored.width = "1e-35";
  expect_refused(doctored, "width");
  doctored = good;
  doctored.until = "81";
  expect_refused(doctored, "until");
  doctored = good;
  doctored.experiment[0] = doctored.experiment[0] == '0' ? '1' : '0';
  expect_refused(doctored, "fingerprint");
}

/// Other experiments, nearly the same, are refused by their fingerprint; and with that put right, by the proof.
TEST_F(Doctored, ExperimentsAreChanged) {
  const auto up = [](double x) { return std::nextafter(x, forever); };
  const Current rest = sinusoid(0, 40, 3, 80) + alpha_synapse(3, {{10, 1.5}, {30.5, 2}});
  const Current pulse = pulses({{12, 1.5}, {45, 30}, {46, 5}, {52.5, 2}});
  const std::vector<Problem> others{
      {NeuronParameters{.rest = up(-70)}, problem.current, 80},
      {NeuronParameters{.reset = up(-65)}, problem.current, 80},
      {NeuronParameters{.threshold = up(-50)}, problem.current, 80},
      {NeuronParameters{.resistance = up(10)}, problem.current, 80},
      {NeuronParameters{.tau = up(8)}, problem.current, 80},
      {NeuronParameters{.refractory = up(2)}, problem.current, 80},
      {NeuronParameters{.initial = up(-70)}, problem.current, 80},
      {{}, problem.current, up(80)},
      {{}, problem.current + step(1, 2, 1e-9), 80},
      {{}, step(5, forever, up(2.2)) + rest + pulse, 80},
      {{}, step(up(5), forever, 2.2) + rest + pulse, 80},
      {{}, step(5, forever, 2.2) + rest + pulses({{12, 1.5}, {45, 30}, {46, 5}, {52.5, up(2)}}), 80},
      {{}, step(5, forever, 2.2) + rest + pulses({{12, 1.5}, {45, 30}, {46, 5}}), 80},
  };
  for (std::size_t k = 0; k < others.size(); ++k) {
    const Problem& other = others[k];
    const Verdict verdict = check(other, good);
    EXPECT_FALSE(verdict.valid) << k;
    EXPECT_NE(verdict.fault.find("for another experiment"), std::string::npos) << verdict.fault;
    Certificate doctored = good;
    doctored.experiment = fingerprint(other.neuron, other.current, other.until);
    EXPECT_FALSE(check(other, doctored).valid) << k;
  }
}

TEST(DoctoredTouch, DoesNotHideACrossing) {
  // 1e-30 mV more of the drive, and the maximum lies above the threshold.
  Problem more = touching;
  more.current += step(6, 16, 1e-30);
  Certificate doctored = certify(touching);
  doctored.experiment = fingerprint(more.neuron, more.current, more.until);
  EXPECT_FALSE(check(more, doctored).valid);
  EXPECT_EQ(certify(more).spikes.size(), 1U);
}

TEST(DoctoredTouch, MustBeNearerThanAnyDigitsTell) {
  Problem more = touching;
  more.current += step(6, 16, 1e-30);
  Certificate doctored = certify(touching);
  doctored.experiment = fingerprint(more.neuron, more.current, more.until);
  const auto touch = std::find_if(doctored.stretches.begin(), doctored.stretches.end(),
                                  [](const auto& stretch) { return stretch.rule == Rule::touch; });
  ASSERT_NE(touch, doctored.stretches.end());
  touch->bound = "1e-20";
  const std::string from = touch->from;
  const std::string to = touch->to;
  replace(doctored, from, moved(from, "-1e-12"));
  replace(doctored, to, moved(to, "1e-12"));
  const Verdict verdict = check(more, doctored);
  EXPECT_FALSE(verdict.valid);
  EXPECT_NE(verdict.fault.find("distance_mV must lie above 0 and not above 2^-1024"), std::string::npos)
      << verdict.fault;
}

// What 5e-324 mV decide is no matter of assumption, though they are less than 2^-1024 of any distance in mV.

TEST(DoctoredCoincidence, IsNoJumpWhoseSideIsDecided) {
  Certificate doctored = certify({{}, pulses({{3, 20}}), 10});
  ASSERT_EQ(doctored.spikes.size(), 1U);
  doctored.spikes[0].kind = Kind::coincidence;
  for (const double more : {-5e-324, 0.0, 5e-324}) {
    const Problem p{{}, pulses({{3, 20}, {3, more}}), 10};
    doctored.experiment = fingerprint(p.neuron, p.current, p.until);
    const std::string side = more < 0 ? "below" : "at or above";
    EXPECT_EQ(check(p, doctored).fault, "stretches[1] (jump, 3 to 3 ms): the potential is " + side +
                                            " the threshold after the jump: no coincidence");
    const Certificate honest = certify(p);
    EXPECT_EQ(honest.spikes.size(), more < 0 ? 0U : 1U);
    EXPECT_EQ(honest.assumptions(), 0U);
    EXPECT_TRUE(check(p, honest).valid);
  }
}

// Of 5e-324 mV 1e-627 mV are left after 700 time constants; that cancelling sinusoids leave less takes 4096 bits.
TEST(DoctoredCoincidence, IsNoJumpThatOnlyAllBitsDecide) {
  const Problem p{
      {}, sinusoid(-5, forever, 1, 1000) + sinusoid(-6, forever, -1, 1000) + pulses({{1, -5e-324}, {5601, 20}}), 5601};
  Certificate doctored = certify(p);
  EXPECT_EQ(doctored.spikes.size(), 0U);
  EXPECT_EQ(doctored.assumptions(), 0U);
  EXPECT_TRUE(check(p, doctored).valid);
  ASSERT_EQ(doctored.stretches.back().rule, Rule::jump);
  doctored.stretches.back().end = End::above;
  doctored.stretches.back().spike = 1;
  doctored.spikes.push_back({"5601", "5601", Kind::coincidence});
  doctored.stretches.push_back({Rule::clamped, "5601", "5601", End::none, "", 0});
  const Verdict verdict = check(p, doctored);
  EXPECT_FALSE(verdict.valid);
  EXPECT_TRUE(verdict.fault.ends_with("the potential is below the threshold after the jump: no coincidence"))
      << verdict.fault;
}

// The straight line reaches the threshold at 24 ms, or misses it by what is left of 5e-324 mV.
TEST(DoctoredCoincidence, IsNoArrivalWhoseSideIsDecided) {
  for (const double more : {-5e-324, 0.0, 5e-324}) {
    const Problem p{straight, ramp(0, 24, 0, 24) + pulses({{1, more}}), 24};
    Certificate doctored = certify(p);
    EXPECT_EQ(doctored.assumptions(), 0U);
    EXPECT_TRUE(check(p, doctored).valid);
    ASSERT_EQ(doctored.spikes.size(), more < 0 ? 0U : 1U);
    if (more < 0) {
      doctored.stretches.push_back({Rule::clamped, "24", "24", End::none, "", 0});
      doctored.spikes.emplace_back();
    }
    auto& last = doctored.stretches[doctored.stretches.size() - 2];
    ASSERT_EQ(last.rule, Rule::above);
    last.to = "24";
    last.end = End::above;
    last.spike = 1;
    doctored.spikes[0] = {"24", "24", Kind::coincidence};
    doctored.stretches.back() = {Rule::clamped, "24", "24", End::none, "", 0};
    const Verdict verdict = check(p, doctored);
    EXPECT_FALSE(verdict.valid);
    const std::string side = more < 0 ? "below" : more > 0 ? "above" : "at";
    EXPECT_TRUE(verdict.fault.ends_with("the potential is " + side + " the threshold at the spike: no coincidence"))
        << verdict.fault;
  }
}

const std::string decided = "the bits tell that the potential stays below the threshold or goes above it: no touch";

// After a spike at 17.88 ms and the step's end at 20 ms x is h exp((20 - t)/8) - 20 mV. Where the first term has come
// down to 5e-324 mV, less 1e-13 of it, a jump of 20 - 5e-324 mV lands below the threshold by that little: a spike's
// interval of 1e-11 ms does not tell, and a narrower one does.
TEST(DoctoredCoincidence, IsNoneForTheWidthOfTheSpikeBefore) {
  const Real spike = 5 + 8 * log(Real(5));
  const Real h = (5 - 25) * exp((spike + 2 - 20) / 8) + 25;  // u - rest at 20 ms
  const double least = 5e-324;
  const double time = std::nextafter(static_cast<double>(20 + 8 * log(h / Real(least))), forever);
  const Problem p{{}, step(5, 20, 2.5) + pulses({{time, 20}, {time, -least}}), time};
  Certificate doctored = certify(p);
  ASSERT_EQ(doctored.spikes.size(), 1U);
  EXPECT_EQ(doctored.assumptions(), 0U);
  EXPECT_TRUE(check(p, doctored).valid);

  const auto [low, high, kind] = doctored.spikes[0];
  const auto clamped = std::find_if(doctored.stretches.begin(), doctored.stretches.end(),
                                    [](const auto& stretch) { return stretch.rule == Rule::clamped; });
  const std::string released = clamped->to;
  for (const auto& [text, by] : {std::pair(low, "-1e-11"), std::pair(high, "1e-11"), std::pair(released, "-2e-11")}) {
    replace(doctored, text, moved(text, by));
  }
  doctored.width = "1e-10";
  EXPECT_FALSE(check(p, doctored).valid);  // as the jump is not known to stay below now

  auto& jump = doctored.stretches.back();
  ASSERT_EQ(jump.rule, Rule::jump);
  const std::string end = jump.to;
  jump.end = End::above;
  jump.spike = 2;
  doctored.spikes.push_back({end, end, Kind::coincidence});
  doctored.stretches.push_back({Rule::clamped, end, end, End::none, "", 0});
  const Verdict verdict = check(p, doctored);
  EXPECT_FALSE(verdict.valid);
  EXPECT_TRUE(verdict.fault.ends_with("the potential is below the threshold after the jump: no coincidence"))
      << verdict.fault;
}

TEST(DoctoredTouch, IsNoneWhoseSideIsDecided) {
  for (const double more : {-5e-324, 5e-324}) {
    Problem p = touching;
    p.current += pulses({{6, more}});
    Certificate doctored = certify(touching);
    doctored.experiment = fingerprint(p.neuron, p.current, p.until);
    const auto touch = std::find_if(doctored.stretches.begin(), doctored.stretches.end(),
                                    [](const auto& stretch) { return stretch.rule == Rule::touch; });
    ASSERT_NE(touch, doctored.stretches.end());
    touch->bound = "1e-308";
    const std::string from = touch->from;
    const std::string to = touch->to;
    replace(doctored, from, "9." + std::string(155, '9'));       // 10 ms - 1e-155 ms
    replace(doctored, to, "10." + std::string(154, '0') + "1");  // 10 ms + 1e-155 ms
    const Verdict verdict = check(p, doctored);
    EXPECT_FALSE(verdict.valid);
    EXPECT_TRUE(verdict.fault.ends_with(decided)) << verdict.fault;
    const Certificate honest = certify(p);
    EXPECT_EQ(honest.spikes.size(), more < 0 ? 0U : 1U);
    EXPECT_EQ(honest.assumptions(), 0U);
    EXPECT_TRUE(check(p, honest).valid);
  }
}

// All that comes before its spike is within 1e-308 mV of the threshold.
TEST(DoctoredTouch, DoesNotHideACrossingOnATinyScale) {
  const Problem p{NeuronParameters{.rest = -1e-310, .reset = -15, .threshold = 0}, sinusoid(0, forever, 5e-311, 20),
                  50};
  Certificate doctored = certify(p);
  EXPECT_TRUE(check(p, doctored).valid);
  ASSERT_EQ(doctored.spikes.size(), 1U);
  doctored.spikes.clear();
  doctored.stretches = {{Rule::touch, "0", "50", End::below, "1e-308", 0}};
  EXPECT_EQ(check(p, doctored).fault, "stretches[0] (touch, 0 to 50 ms): " + decided);
}

// From -3e-310 mV a drive between 2e-310 and -8e-310 mV takes x below -4e-310 mV.
TEST(DoctoredTouch, KeepsItsDistanceOnEitherSide) {
  const Problem p{NeuronParameters{.rest = -3e-310, .reset = -15, .threshold = 0}, sinusoid(0, forever, 5e-311, 20),
                  50};
  Certificate doctored = certify(p);
  doctored.spikes.clear();
  doctored.stretches = {{Rule::touch, "0", "50", End::below, "4e-310", 0}};
  EXPECT_EQ(check(p, doctored).fault,
            "stretches[0] (touch, 0 to 50 ms): the potential may be farther below the threshold than distance_mV");
  doctored.stretches[0].bound = "1e-308";
  EXPECT_EQ(check(p, doctored).fault, "stretches[0] (touch, 0 to 50 ms): " + decided);
}

TEST(DoctoredStretch, DoesNotSpanAnEvent) {
  Certificate doctored = certify({{}, {}, 10});
  const Problem p{{}, pulses({{5, 30}}), 10};
  doctored.experiment = fingerprint(p.neuron, p.current, p.until);
  EXPECT_EQ(check(p, doctored).fault, "stretches[0] (bounded, 0 to 10 ms): the input changes in it");
}

// Files.

TEST(CertificateFile, ReadsBackAsItWasWritten) {
  const Problem p = sample_problem();
  const Certificate written = certify(p);
  const Certificate read = parse_certificate(to_json(written), "c.json");
  EXPECT_EQ(to_json(read), to_json(written));
  EXPECT_TRUE(check(p, read).valid);
}

std::string message_of(const std::string& json) {
  try {
    parse_certificate(json, "c.json");
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

TEST(Certify, WritesNoBoundThatIsTooSmallToBeRead) {
  // 49 ms after an arrival with a time constant of 1e-4 ms, e^-490000 mV of it are left at exactly the rheobase.
  expect_certified({Neuron{}, exponential_synapse(1e-4, {{1, 1}}) + step(50, forever, 2), 60});
}

TEST(Certify, ProvesOneSpikeAnInstantWhereAJumpFollowsACrossing) {
  // u = rest + t - 8 ms x 1 mV/ms without any transient, until it is at the threshold after 24 ms exactly.
  const Neuron neuron(
      {.rest = -65, .reset = -65, .threshold = -49, .resistance = 1, .tau = 8, .refractory = 0, .initial = -73});
  const Problem p{neuron, ramp(0, 100, 0, 100) + pulses({{24, 16}}), 60};
  expect_certified(p);
  Certificate doctored = certify(p);
  ASSERT_EQ(doctored.spikes[0].low, "24");
  doctored.spikes.insert(doctored.spikes.begin() + 1, {"24", "24", Kind::jump});
  for (Certificate::Stretch& stretch : doctored.stretches) {
    if (stretch.spike > 1) ++stretch.spike;
    if (stretch.rule != Rule::jump) continue;
    ASSERT_EQ(stretch.end, End::below);
    stretch.end = End::above;
    stretch.spike = 2;
  }
  const auto jump = std::find_if(doctored.stretches.begin(), doctored.stretches.end(),
                                 [](const auto& stretch) { return stretch.rule == Rule::jump; });
  doctored.stretches.insert(jump + 1, {Rule::clamped, "24", "24", End::none, "", 0});
  const Verdict verdict = check(p, doctored);
  EXPECT_FALSE(verdict.valid);
  EXPECT_NE(verdict.fault.find("the potential is below the threshold after the jump"), std::string::npos)
      << verdict.fault;
}

TEST(CertificateFile, SaysWhatCannotBeRead) {
  EXPECT_EQ(message_of("{"), "c.json: is not a certificate: it is no JSON text");
  EXPECT_EQ(
      message_of("[]"),
      "c.json: is not a certificate: format is not \"lapicque certificate\"; make one with lapicque run --certify");
  const std::string head = R"({"format": "lapicque certificate", "version": )";
  EXPECT_EQ(message_of(head + "2}"), "c.json: version = 2: only version 1 can be read");
  EXPECT_EQ(message_of(head + "1.0}"), "c.json: version = 1.0: only version 1 can be read");
  const std::string body = head + R"(1, "experiment": "", "until_ms": "1", "width_ms": "1", "assumptions": 0, )";
  EXPECT_EQ(message_of(body + R"("stretches": []})"), "c.json: spikes is missing");
  EXPECT_EQ(message_of(body + R"("spikes": {}, "stretches": []})"), "c.json: spikes = {}: must be a list");
  EXPECT_EQ(message_of(body + R"("spikes": [{"low_ms": 1}], "stretches": []})"),
            "c.json: spikes[0].low_ms = 1: must be a text");
  EXPECT_EQ(message_of(body + R"("spikes": [{"low_ms": "1", "high_ms": "1", "kind": "leap"}], "stretches": []})"),
            "c.json: spikes[0].kind = \"leap\": must be one of crossing, jump, coincidence");
  EXPECT_EQ(
      message_of(body + R"("spikes": [{"low_ms": "1", "high_ms": "1", "kind": "coincidence"}], "stretches": []})"),
      "c.json: assumptions = 0: must be the number of touches and coincidences, 1");
}

// The parser by itself keeps the last of two, and stops at a NUL.
TEST(CertificateFile, HasEveryKeyOnce) {
  const Problem p{{}, pulses({{3, 20}}), 10};
  const std::string text = to_json(certify(p));
  const auto with = [&](const std::string& key, const std::string& more) {
    std::string doctored = text;
    return doctored.insert(doctored.find(key), more);
  };
  EXPECT_EQ(message_of(text), "");
  EXPECT_EQ(message_of(with("\"until_ms\"", "\"until_ms\": \"9\", ")), "c.json: until_ms is given twice");
  EXPECT_EQ(message_of(with("\"until_ms\"", "\"unti\\u006c_ms\": \"10\", ")), "c.json: until_ms is given twice");
  EXPECT_EQ(message_of(with("\"low_ms\"", "\"low_ms\": \"3\", ")), "c.json: spikes[0].low_ms is given twice");
  EXPECT_EQ(message_of(with("\"spike\"", "\"spike\": 1, ")), "c.json: stretches[1].spike is given twice");
  EXPECT_EQ(message_of(with("\"until_ms\"", "\"note\": {\"by\": [[], {\"a\": 1}, {\"a\": 1, \"a\": 2}]}, ")),
            "c.json: note.by[2].a is given twice");
}

TEST(CertificateFile, EndsWithItsObject) {
  const std::string text = to_json(certify({{}, {}, 10}));
  EXPECT_EQ(message_of(text + " \n"), "");
  EXPECT_EQ(message_of(text + text), "c.json: is not a certificate: it is no JSON text");
  for (const std::string& more : {std::string("\0", 1), std::string("\0", 1) + text}) {
    EXPECT_EQ(message_of(text + more), "c.json: is not a certificate: it has a NUL byte");
  }
}

TEST(CertificateFile, IsNotNestedWithoutEnd) {
  const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
  std::string text = to_json(certify({{}, {}, 10}));
  const std::string until = "\"10\"";
  text.replace(text.find(until), until.size(), deep);
  EXPECT_EQ(message_of(text), "c.json: is not a certificate: it is nested more than 100 deep");
}

TEST(Certify, RefusesAWidthThatIsNone) {
  for (const double width : {0.0, -1.0, forever, std::nan("")}) {
    EXPECT_THROW(certify({{}, {}, 10}, width), InvalidArgument);
  }
}

}  // namespace
}  // namespace lapicque
