#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lapicque/current.hpp"

namespace lapicque {

// Random numbers that are the same on every machine: a counter-based generator, so that number k of a stream is a
// function of (seed, stream, k), and nothing depends on what was drawn before or by whom. All roundings are to nearest.

/// Philox4x32-10 with key (seed mod 2^32, seed / 2^32) and counter (k mod 2^32, k / 2^32, stream mod 2^32,
/// stream / 2^32): its outputs x0 + 2^32 x1 [1].
/// [1] Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3, SC11, 2011.
std::uint64_t drawn_word(std::uint64_t seed, std::uint64_t stream, std::uint64_t k);

/// floor(word / 2^11) 2^-53, in [0, 1).
double drawn_uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t k);

/// The double nearest to -log(1 - u): an exponential variable of mean 1.
double drawn_exponential(std::uint64_t seed, std::uint64_t stream, std::uint64_t k);

/// The double nearest to sqrt(-2 log(1 - u)) cos(2 pi v), u and v the uniforms 2 k and 2 k + 1 of the stream: a normal
/// variable of mean 0 and variance 1 (Box and Muller).
double drawn_normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t k);

/// Evenly from [from, to): fl(from + fl(fl(to - from) u(seed, 0, n))), or the double below `to` where that is not below
/// it.
double drawn_evenly(double from, double to, std::uint64_t seed, std::uint64_t n);

/// The times (ms) of a Poisson process in [start, stop): t_0 = start, t_k = fl(t_(k-1) + fl(E_k mean)) with
/// mean = fl(1000 / rate) ms and E_k = drawn_exponential(seed, stream, k - 1), k = 1, 2, ...
///
/// For arrivals of a synapse, exponential_synapse(tau, events) takes these times with a weight each.
/// @param rate  Hz
/// @throws InvalidArgument  rate not finite or not > 0, start or stop not finite, stop <= start, or there are more than
///                          1e8 arrivals
std::vector<double> poisson_times(double rate, double start, double stop, std::uint64_t seed, std::uint64_t stream = 0);

/// A Gaussian current, drawn exactly every `step` and held: the Ornstein-Uhlenbeck process of correlation time tau in
/// its stationary state, or independent samples where tau = 0.
struct Noise {
  double mean;   ///< nA
  double sigma;  ///< nA, standard deviation, >= 0
  double tau;    ///< ms, >= 0
  double start;  ///< ms
  double stop;   ///< ms
  double step;   ///< ms, > 0
};

/// The values (nA) of a noise: value k = fl(mean + y_k) acts from the double nearest to start + k step on, for as many
/// k as that lies before stop, with
///
///     y_0 = fl(sigma z_0),   y_k = fl(fl(a y_(k-1)) + fl(b z_k)),   z_k = drawn_normal(seed, stream, k),
///
/// and a, b the doubles nearest to exp(-step / tau) and sigma sqrt(1 - exp(-2 step / tau)); a = 0 and b = sigma where
/// tau = 0.
/// @throws InvalidArgument  a number is not finite or breaks its rule, stop <= start, or there are more than 1e8 values
std::vector<double> noise_values(const Noise& noise, std::uint64_t seed, std::uint64_t stream = 0);

/// The current that has these values: samples (Hold::previous), the last of which ends with stop.
/// @throws InvalidArgument  as noise_values
Current noise_current(const Noise& noise, std::uint64_t seed, std::uint64_t stream = 0);
/// The same of values that noise_values has drawn.
Current noise_current(const Noise& noise, std::vector<double> values);

}  // namespace lapicque
