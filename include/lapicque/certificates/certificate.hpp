#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {

/// A proof of all spikes of an experiment, which can be checked without trust in who made it: see certify(), check().
///
/// What is proven
///
/// u is the potential, theta the threshold, I the current, R the resistance and tau the membrane time constant; the
/// numbers of the experiment, once read into doubles, are exact. Let x = u - theta and d = rest + R I - theta, so that
///
///     tau dx/dt = -x + d                        while u is not clamped,
///
/// hence d/dt [x exp(t/tau)] = d exp(t/tau)/tau. Two rules follow for a stretch from a to b, in which nothing happens
/// (no event: no onset, end, breakpoint, arrival or jump) and at whose beginning x(a) < 0:
///
/// above    d >= 0 throughout. x exp(t/tau) does not fall. So x(b) < 0 proves that there is no crossing; and
///          x(low) < 0 < x(high) with a <= low <= high = b proves one, between low and high.
/// bounded  d <= D throughout. x(b) <= x(a) q + D (1 - q) with q = exp(-(b - a)/tau), and x lies below the greater of
///          x(a) and that. So D <= 0, or x(a) q + D (1 - q) < 0, proves that there is no crossing, and that x(b) < 0.
///
/// The file
///
/// A JSON object. A number with a unit is a string that holds a decimal ("-12.5", "3e-300"), to be taken as exactly
/// that; times are in ms, potentials in mV. Counts are JSON numbers.
///
///     "format"       "lapicque certificate"
///     "version"      1
///     "experiment"   16 hexadecimal digits, see fingerprint(). They serve a clear message only: what follows proves
///                    the spikes of one experiment and of no other, whatever stands here.
///     "until_ms"     the end of the run, exactly as the experiment has it
///     "width_ms"     no spike's interval is wider than this; not negative
///     "assumptions"  how many claims are not proven (see below); 0 for all but contrived experiments
///     "spikes"       all of them, in order: {"low_ms": .., "high_ms": .., "kind": ..}; the spike's time lies in
///                    [low_ms, high_ms]. Its kind is "crossing", where u rises through theta; "jump", where a
///                    voltage jump takes u to theta or above, and low_ms = high_ms; or "coincidence", see below.
///     "stretches"    in order of time, from 0 to until without a gap: "from_ms" is what "to_ms" of the one before is,
///                    digit by digit, except in a clamped stretch, whose from_ms is the spike's low_ms
///
/// Each stretch has "rule", "from_ms", "to_ms", and further keys:
///
/// "above"    "end": "below" or "above"; "spike". No event lies between from_ms and to_ms; x < 0 at from_ms; d >= 0
///            throughout [from_ms, to_ms]. If end is "below", x < 0 at to_ms, and there is no spike in the stretch. If
///            end is "above", the spike of that number (counted from 1) is in it: from_ms <= low_ms, high_ms = to_ms,
///            x < 0 at low_ms and x > 0 at high_ms; or low_ms = high_ms, x = 0 there and d > 0.
/// "bounded"  "bound_mV": D; "end": "below". No event lies between from_ms and to_ms, x < 0 at from_ms, and the rule
///            holds.
/// "jump"     from_ms = to_ms, the time of an event with a voltage jump (the jumps of one instant added up, even if to
///            0); "end": "below" if x < 0 after it; or "above" if x >= 0, and then "spike" is its number. Each such
///            event outside of refractoriness has one of these, after the stretch that ends there. But where a spike
///            is at exactly that time (without refractoriness), a jump to x >= 0 is no second spike: it resets u, x =
///            reset - theta after it, and end is "below".
/// "clamped"  follows each spike, from its low_ms on. u is clamped from the spike until T, a time in
///            [low_ms + refractory, high_ms + refractory], and goes on from there with x(T) = reset - theta. The next
///            stretch begins at to_ms <= low_ms + refractory and ends at T or later; what it says of [to_ms, T] holds
///            for x carried backwards from T, by the formula of d that is valid there. No event lies in
///            (to_ms, high_ms + refractory]; those up to to_ms lose their jumps. But an event at exactly to_ms =
///            low_ms + refractory = high_ms + refractory comes after the release. If low_ms + refractory > until, then
///            to_ms is until, and the run ends clamped.
/// "touch"    "distance_mV". An assumption, see below.
///
/// Where a stretch (other than a jump's) ends at the time of an event, the event happens then, and what follows is
/// about the time after it. An event at time 0 happens before the first stretch, so that a jump then has its stretch
/// first. An event at until happens last.
///
/// Assumptions. Where u comes so near to theta that most_certificate_bits bits do not tell on which side it passes, a
/// certificate says what it takes for granted. Where those bits do tell, however wide the spikes' intervals are here,
/// there is nothing to be taken for granted, and the certificate proves nothing. Otherwise it may have
/// - a stretch with rule "touch": x < 0 at from_ms and at to_ms, |x| <= distance_mV between them (proven), and u is
///   taken to touch theta from below at most, so that there is no spike. The bits tell where they find an x > 0 in the
///   stretch, or prove x < 0 for all of it;
/// - a spike of kind "coincidence" that ends a stretch with rule "above": low_ms = high_ms is the time of an event or
///   until, |x| is no more than the greatest distance there, d > 0 there (proven), and u is taken to reach theta on
///   that very instant, before the event. The bits tell where they prove x < 0, x = 0 or x > 0;
/// - a spike of kind "coincidence" with rule "jump": |x| after the jump is no more than the greatest distance (proven),
///   and the jump is taken to land on theta. The bits tell where they prove x < 0 or x >= 0.
/// The greatest distance, of distance_mV as well, is 2^-1024 (theta - reset).
struct Certificate {
  enum class Kind { crossing, jump, coincidence };
  struct Spike {
    std::string low;   ///< ms, decimal
    std::string high;  ///< ms, decimal
    Kind kind;
  };

  enum class Rule { above, bounded, jump, clamped, touch };
  enum class End { none, below, above };
  struct Stretch {
    Rule rule;
    std::string from;   ///< ms, decimal
    std::string to;     ///< ms, decimal
    End end;            ///< on which side of the threshold u is at `to`; none where rule is clamped
    std::string bound;  ///< mV, decimal: D where rule is bounded, the distance where it is touch; else empty
    std::size_t spike;  ///< the number of the spike that ends it, counted from 1; 0 if none does
  };

  std::string experiment;  ///< see fingerprint()
  std::string until;       ///< ms, decimal
  std::string width;       ///< ms, decimal
  std::vector<Spike> spikes;
  std::vector<Stretch> stretches;

  /// How many claims are taken for granted: stretches with rule touch, and coincidences.
  std::size_t assumptions() const;
};

/// What the file calls a rule: "above", "bounded", "jump", "clamped" or "touch".
std::string_view name_of(Certificate::Rule rule);

/// The most bits that producer and checker calculate with.
inline constexpr long most_certificate_bits = 4096;

/// FNV-1a, 64 bits, in hexadecimal digits, of the experiment's doubles, each as its eight bytes, the lowest first:
/// rest, reset, threshold, resistance, tau, refractory, initial, until; then for each kind of input the number of its
/// pieces and each piece: steps (start, stop, amplitude), ramps (start, stop, from, to), sinusoids (start, stop,
/// amplitude, frequency, phase), samples (start, step, 0 if held or 1 if linear, number of values, values), pulses
/// (number of events, each time and size), synapses (0 if exponential or 1 if alpha, tau, number of events, each time
/// and size).
std::string fingerprint(const Neuron& neuron, const Current& current, double until);

/// The certificate as a JSON text.
std::string to_json(const Certificate& certificate);

/// The certificate in a JSON text.
/// @param name  what the file is called in messages
/// @throws FileError  it is not JSON, or not of this format and version; an object has a key twice; there is a NUL byte
Certificate parse_certificate(const std::string& json, const std::string& name);

/// The same from a file. @throws FileError  as above, and where it cannot be read
Certificate read_certificate(const std::filesystem::path& file);

}  // namespace lapicque
