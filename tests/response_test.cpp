#include "lapicque/response.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>

#include "lapicque/error.hpp"
#include "random_neuron.hpp"

namespace lapicque {
namespace {

// The truth here is the header's formulas as they stand there, in 50 digits.
using Wide = boost::multiprecision::cpp_bin_float_50;

struct WideComplex {
  Wide real;
  Wide imaginary;
};

WideComplex quotient(const Wide& numerator, const WideComplex& z) {
  const Wide norm = z.real * z.real + z.imaginary * z.imaginary;
  return {numerator * z.real / norm, -numerator * z.imaginary / norm};
}

const Wide two_pi = boost::math::constants::two_pi<Wide>();

/// |got - truth| in units of 2^-53 |truth|.
double units(const std::complex<double>& got, const WideComplex& truth) {
  const Wide real = got.real() - truth.real;
  const Wide imaginary = got.imag() - truth.imaginary;
  const Wide square =
      (real * real + imaginary * imaginary) / (truth.real * truth.real + truth.imaginary * truth.imaginary);
  return static_cast<double>(sqrt(square)) * 0x1p53;
}
double units(double got, const Wide& truth) { return static_cast<double>(abs(got / truth - 1)) * 0x1p53; }

double degrees(double radians) { return radians * 180 / std::numbers::pi; }

TEST(Impedance, GivesTheExercisesAnswerAt250Hertz) {
  const Neuron neuron;
  EXPECT_NEAR(response_amplitude(neuron, 2.5, 250), 1.9831674210914634, 1e-15);
  EXPECT_NEAR(degrees(response_phase(neuron, 250)), -85.45013469, 1e-8);
  EXPECT_NEAR(response_delay(neuron, 250), 0.94944594, 1e-8);
  EXPECT_NEAR(response_amplitude(neuron, 2.5, 1000), 0.4973, 5e-5);
  EXPECT_NEAR(degrees(response_phase(neuron, 1000)), -88.9, 0.05);
  EXPECT_NEAR(cutoff_frequency(neuron), 19.9, 0.05);
}

TEST(Impedance, IsAccurateToTheLastFewBits) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < testing::cases(2000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double frequency = random.logarithmic(1e-6, 1e9);
    const double amplitude = random.uniform(-5, 5);
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(frequency) + " " + to_text(amplitude));
    const Wide omega = two_pi * frequency / 1000;
    const Wide x = omega * neuron.tau();
    const auto expect = [&](double error) {
      EXPECT_LE(error, 8);  // 4 ulp: an ulp is up to 2 units
      worst = std::max(worst, error);
    };
    expect(units(impedance(neuron, frequency), quotient(neuron.resistance(), {1, x})));
    expect(units(response_amplitude(neuron, amplitude, frequency), amplitude * neuron.resistance() / sqrt(1 + x * x)));
    expect(units(response_phase(neuron, frequency), -atan(x)));
    expect(units(response_delay(neuron, frequency), atan(x) / omega));
    expect(units(cutoff_frequency(neuron), 1000 / (two_pi * neuron.tau())));
    expect(units(angular_frequency(frequency), omega));
  }
  std::cout << "worst error " << worst << " units of 2^-53\n";
}

TEST(Impedance, IsTheResistanceForAConstantCurrent) {
  const Neuron neuron;
  EXPECT_EQ(impedance(neuron, 0), std::complex<double>(10, 0));
  EXPECT_EQ(response_phase(neuron, 0), 0);
  EXPECT_FALSE(std::signbit(response_phase(neuron, 0)));
  EXPECT_FALSE(std::signbit(impedance(neuron, 0).imag()));
  EXPECT_EQ(response_delay(neuron, 0), neuron.tau());
}

TEST(Impedance, IsThatOfALowPassWithItsCutoff) {
  const Neuron neuron;
  const double cutoff = cutoff_frequency(neuron);
  EXPECT_DOUBLE_EQ(std::abs(impedance(neuron, cutoff)), 10 / std::numbers::sqrt2);
  EXPECT_DOUBLE_EQ(degrees(response_phase(neuron, cutoff)), -45);
  double before = 10;
  for (double frequency = 0.1; frequency < 1e5; frequency *= 1.1) {
    const double size = std::abs(impedance(neuron, frequency));
    EXPECT_LT(size, before);
    before = size;
  }
  EXPECT_NEAR(std::abs(impedance(neuron, 2e6)) / std::abs(impedance(neuron, 1e6)), 0.5, 1e-8);
  EXPECT_EQ(filter_type, "low-pass");
}

TEST(Impedance, NeverOverflowsOnTheWay) {
  const Neuron neuron;
  EXPECT_NEAR(impedance(neuron, 1e200).imag() / -1.9894367886486917e-198, 1, 1e-15);  // -1000 R/(2 pi f tau)
  EXPECT_NEAR(response_amplitude(neuron, 1, 1e200) / 1.9894367886486917e-198, 1, 1e-15);
}

TEST(HeldImpedance, GivesTheAmplitudeAndPhaseOfTheCoursesInputFactory) {
  const Neuron neuron;
  EXPECT_NEAR(2.5 * std::abs(held_impedance(neuron, 250, 0.1)), 1.98521, 5e-6);
  EXPECT_NEAR(degrees(std::arg(held_impedance(neuron, 250, 0.1))), -89.96, 5e-3);
  EXPECT_NEAR(2.5 * std::abs(held_impedance(neuron, 1000, 0.1)), 0.5055, 5e-5);
  EXPECT_NEAR(degrees(std::arg(held_impedance(neuron, 1000, 0.1))), -106.9, 5e-2);
  EXPECT_NEAR(2.5 * std::abs(euler_impedance(neuron, 250, 0.1)), 1.99764, 5e-6);
  EXPECT_NEAR(degrees(std::arg(euler_impedance(neuron, 250, 0.1))), -89.93, 5e-3);
}

TEST(HeldImpedance, IsAccurateToTheLastFewBits) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < testing::cases(2000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double dt = neuron.tau() * random.logarithmic(1e-9, 1);
    const double frequency = 1000 / dt * random.logarithmic(1e-12, 100);
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(frequency) + " " + to_text(dt));
    const Wide angle = two_pi * frequency * dt / 1000;
    const Wide decay = exp(-Wide(dt) / neuron.tau());
    const auto expect = [&](const std::complex<double>& got, const Wide& kept) {
      const WideComplex truth = quotient(neuron.resistance() * (1 - kept), {cos(angle) - kept, sin(angle)});
      const double error = units(got, truth);
      EXPECT_LE(error, 8);
      worst = std::max(worst, error);
    };
    expect(held_impedance(neuron, frequency, dt), decay);
    expect(euler_impedance(neuron, frequency, dt), 1 - Wide(dt) / neuron.tau());
  }
  std::cout << "worst error " << worst << " units of 2^-53\n";
}

// A complex exponential in place of the sine, through the very recursion, until the transient is gone.
TEST(HeldImpedance, IsWhatTheRecursionSettlesTo) {
  const Neuron neuron;
  const double dt = 0.1;
  for (const double frequency : {3.0, 250.0, 1000.0, 4999.0}) {
    const auto wave = [&](int n) { return std::polar(1.0, 2 * std::numbers::pi * frequency * dt * n / 1000); };
    std::complex<double> held;
    std::complex<double> euler;
    const int steps = 4000;  // 50 time constants
    for (int n = 0; n < steps; ++n) {
      held = std::exp(-dt / 8) * held + 10 * (1 - std::exp(-dt / 8)) * wave(n);
      euler += dt / 8 * (10.0 * wave(n) - euler);
    }
    EXPECT_LT(std::abs(held / wave(steps) - held_impedance(neuron, frequency, dt)), 1e-12) << frequency;
    EXPECT_LT(std::abs(euler / wave(steps) - euler_impedance(neuron, frequency, dt)), 1e-12) << frequency;
  }
}

TEST(HeldImpedance, TendsToTheImpedanceWithADelayOfHalfAStep) {
  const Neuron neuron;
  const double frequency = 50;
  const auto z = impedance(neuron, frequency);
  for (const double dt : {1e-2, 1e-3, 1e-4}) {
    const auto delayed = z * std::polar(1.0, -angular_frequency(frequency) * dt / 2);
    EXPECT_LT(std::abs(held_impedance(neuron, frequency, dt) - delayed), 0.1 * dt * dt) << dt;
  }
}

TEST(HeldImpedance, SeesAFrequencyAboveTheSamplingRateAsALowerOne) {
  const Neuron neuron;
  const double dt = 0.125;
  for (const double frequency : {1.0, 250.0, 3999.0}) {
    EXPECT_EQ(held_impedance(neuron, frequency + 1e6 * 8000, dt), held_impedance(neuron, frequency, dt));
  }
}

TEST(HeldImpedance, IsTheResistanceForAConstantCurrent) {
  EXPECT_EQ(held_impedance(Neuron{}, 0, 0.1), std::complex<double>(10, 0));
  EXPECT_EQ(euler_impedance(Neuron{}, 0, 0.1), std::complex<double>(10, 0));
}

// R/tau_m times the convolution of exp(-t/tau_m) with the current, by quadrature.
TEST(SinusoidResponse, IsTheConvolutionOfMembraneAndCurrent) {
  using Quadrature = boost::math::quadrature::gauss_kronrod<double, 61>;
  const Neuron neuron;
  for (const double frequency : {1.0, 10.0, 150.0}) {
    for (const double phase : {0.0, 1.3, -2.0}) {
      for (const double t : {0.0, 0.3, 8.0, 80.0}) {
        const auto integrand = [&](double s) {
          return 10.0 / 8 * std::exp(-(t - s) / 8) * 2.5 *
                 std::sin(2 * std::numbers::pi * frequency / 1000 * s + phase);
        };
        const double truth = t == 0 ? 0 : Quadrature::integrate(integrand, 0, t, 15, 1e-14);
        const SinusoidResponse response = sinusoid_response(neuron, 2.5, frequency, t, phase);
        EXPECT_NEAR(response.steady + response.transient, truth, 1e-12) << frequency << ' ' << phase << ' ' << t;
      }
    }
  }
}

TEST(SinusoidResponse, KeepsTheSteadyPartAndLosesTheTransientOne) {
  const Neuron neuron;
  const auto start = sinusoid_response(neuron, 2.5, 10, 0);
  EXPECT_EQ(start.steady, -start.transient);
  const auto later = sinusoid_response(neuron, 2.5, 10, 800);  // 8 cycles, 100 time constants
  EXPECT_NEAR(later.steady, start.steady, 1e-13);
  EXPECT_NEAR(later.transient, 0, 1e-40);
}

TEST(Response, RefusesWhatIsNoFrequencyOrTime) {
  const auto message = [](auto call) -> std::string {
    try {
      call();
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "nothing thrown";
  };
  EXPECT_EQ(message([] { impedance(Neuron{}, -1); }), "frequency = -1 Hz: must not be negative");
  EXPECT_EQ(message([] { response_delay(Neuron{}, std::nan("")); }), "frequency = nan Hz: must be a finite number");
  EXPECT_EQ(message([] { held_impedance(Neuron{}, 1, 0); }), "dt = 0 ms: must be greater than 0");
  EXPECT_EQ(message([] { euler_impedance(Neuron{}, 1, 16); }),
            "dt = 16 ms: forward Euler is stable only for steps of less than 2 tau; choose one below 16 ms");
  EXPECT_EQ(message([] { sinusoid_response(Neuron{}, 1, 1, -1); }), "t = -1 ms: must not be negative");
}

}  // namespace
}  // namespace lapicque
