#include "solver/skip/skip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "adversaries.hpp"
#include "experiments.hpp"
#include "lapicque/error.hpp"
#include "solver/doubt.hpp"
#include "solver/event_loop.hpp"
#include "solver/scaling.hpp"
#include "solver/train.hpp"
#include "verdict.hpp"

// The contract of skip.hpp: trains with all skips, with none, and with each alone, on every rung, stretch by stretch
// against the event loop in 100 digits without skips. Each kind of input in experiments.hpp, each adversary, and three
// more kinds, on which skips pass nearly everything.

namespace lapicque::detail {
namespace {

using testing::Experiment;
using testing::Kind;
using testing::Random;
using testing::Unit;

constexpr SkipsAllowed no_skips{.regular = false, .sinusoid = false, .quiet = false, .lanes = false};
/// All, none, and each alone.
constexpr SkipsAllowed choices[]{{},
                                 no_skips,
                                 {.regular = true, .sinusoid = false, .quiet = false, .lanes = false},
                                 {.regular = false, .sinusoid = true, .quiet = false, .lanes = false},
                                 {.regular = false, .sinusoid = false, .quiet = true, .lanes = false},
                                 {.regular = false, .sinusoid = false, .quiet = true, .lanes = true}};

std::string name_of(const SkipsAllowed& skips) {
  return std::string(skips.regular ? "regular " : "") + (skips.sinusoid ? "sinusoid " : "") +
         (skips.quiet ? "quiet " : "") + (skips.lanes ? "lanes " : "") + "skips";
}

template <class Real>
Ball<Real100> wide(const Ball<Real>& x) {
  return convert_ball<Real100>(x);
}
/// Whether two balls have a number in common, as far as they tell: a radius that is not a number is no bound.
bool overlap(const Ball<Real100>& a, const Ball<Real100>& b) {
  const Real100 reach = a.rad + b.rad;
  return isnan(reach) || abs(a.mid - b.mid) <= reach;
}

/// A train in 100 digits without skips: what it has come to after each stretch.
struct Truth {
  explicit Truth(const ScaledProblem& scaled) : problem(std::make_shared<const Problem>(scaled.problem)) {
    const Timeline start = timeline();
    constants = std::make_shared<const Constants<Real100>>(problem, start.synaptic_taus());
    EventLoop<Real100, NoteTouches> loop(problem, {.suits_double = scaled.suits_double, .skips = no_skips}, start);
    after.push_back(loop.snapshot());
    while (!loop.is_at_horizon() && after.size() <= most_stretches) {
      const auto step = loop.advance();
      if (step.stretches == 0) continue;
      firings.push_back(step.firing);
      after.push_back(loop.snapshot());
    }
    is_whole = loop.is_at_horizon();
  }

  Timeline timeline() const {
    std::vector<double> taus;
    for (const AfterSpike& part : problem->neuron.after_spike()) taus.push_back(part.tau);
    return Timeline(problem->current, nullptr, taus);
  }
  std::uint64_t stretches() const { return firings.size(); }

  /// Carries a state after n stretches along the next one, to the time that another has got to.
  void carry(State<Real100>& state, std::uint64_t n, const State<Real100>& as_far_as) const {
    if (state.refractory || as_far_as.since.rad != 0 || !(state.since.mid < as_far_as.since.mid)) return;
    const Real100& end = as_far_as.since.mid;
    const auto stretch = state.stretch(*constants, after[n].timeline);
    const auto length = Ball<Real100>(end, 0) - Ball<Real100>(state.since.mid, 0);
    state.carry(*constants, stretch, length, stretch.x.at(length), end);
  }

  static constexpr std::size_t most_stretches = 400;
  std::shared_ptr<const Problem> problem;
  std::shared_ptr<const Constants<Real100>> constants;
  std::vector<Snapshot<Real100>> after;  // n stretches
  std::vector<std::optional<Firing<Real100>>> firings;
  bool is_whole;
};

/// What two balls have nothing in common by.
std::string apart(const char* what, const Ball<Real100>& found, const Ball<Real100>& right) {
  std::ostringstream out;
  out << what << ": " << std::setprecision(17) << found.mid << " is off by " << std::setprecision(4)
      << Real100(abs(found.mid - right.mid)) << ", not " << found.rad << ",";
  return out.str();
}

/// What is wrong with a state after n stretches; empty if nothing is.
template <class Real>
std::string fault_of(const State<Real>& state, std::uint64_t n, const Truth& truth) {
  State<Real100> found(state);
  State<Real100> right = truth.after[n].state;
  truth.carry(right, n, found);
  // Where silence ends, or u comes to lie below the threshold, states stand at times of their own choice.
  truth.carry(found, n, right);
  if (found.refractory != right.refractory) return "refractoriness";
  if (found.fired_at_event != right.fired_at_event) return "the last jump's time";
  if (!overlap(found.since, right.since)) return apart("the time", found.since, right.since);
  if (!found.refractory && !overlap(found.potential, right.potential))
    return apart("the potential", found.potential, right.potential);
  if (!found.refractory && found.known) {
    const auto known = ball_of<Real100>(found.known->sum) + found.known->deviation;
    if (!overlap(known, right.potential)) return apart("the known potential", known, right.potential);
  }
  const Ball<Real100> raised(std::max(found.raised_at, right.raised_at), 0);
  const auto moved = found.moving_threshold(*truth.constants, raised);
  const auto truly_moved = right.moving_threshold(*truth.constants, raised);
  if (!overlap(moved, truly_moved)) return apart("the moving threshold", moved, truly_moved);
  const Real100 anchor = std::max(found.anchor, right.anchor);
  found.decay_parts(*truth.constants, anchor);
  right.decay_parts(*truth.constants, anchor);
  for (std::size_t k = 0; k < right.parts.size(); ++k) {
    const auto& [exponential, alpha] = found.parts[k];
    if (!overlap(exponential, right.parts[k].exponential))
      return apart("an exponential drive", exponential, right.parts[k].exponential);
    if (!overlap(alpha, right.parts[k].alpha)) return apart("an alpha drive", alpha, right.parts[k].alpha);
  }
  return {};
}

/// How many stretches were passed, and how many of those by skips.
struct Passed {
  std::uint64_t stretches = 0;
  std::uint64_t skipped = 0;
};

/// An event loop beside the truth.
template <class Real, class Doubt>
class Beside {
 public:
  Beside(const Truth& truth, const Purpose& purpose) : truth_(truth), loop_(truth.problem, purpose, truth.timeline()) {}

  /// Goes along the whole train, to horizons on the way now and then, and with ready spikes. Where the loop's digits do
  /// not suffice it goes on from the truth.
  void follow(Random& random, Passed& passed) {
    const double until = truth_.problem->until;
    double horizon = random.chance(0.5) ? until : 0;
    while (true) {
      loop_.set_horizon(horizon);
      while (!loop_.is_at_horizon()) {
        if (loop_.stretches() >= truth_.stretches()) break;
        if (!go_on(random, passed)) return;
      }
      if (horizon == until || loop_.stretches() >= truth_.stretches()) break;
      horizon = std::min(until, horizon + until * random.logarithmic(1e-3, 1));
    }
    if (truth_.is_whole) {
      EXPECT_EQ(loop_.stretches(), truth_.stretches());
    }
  }

  /// Starts from the state after n stretches, of which one number has a ball with the truth at its end.
  void follow_from(std::uint64_t n, Random& random, Passed& passed) {
    Snapshot<Real> start{State<Real>(truth_.after[n].state), truth_.after[n].timeline, n, truth_.after[n].reached};
    if (!displace(start.state, truth_.after[n].state, random)) return;
    const auto& since = start.state.since;
    const bool is_past_event = since.rad > 0 && !(since.mid + Time(since.rad) < Time(start.timeline.next()));
    if (!start.state.refractory && is_past_event) return;  // a release that has not plainly come before the next event
    loop_.resume(start);
    if constexpr (requires { loop_.doubt().set_from_start(false); }) loop_.doubt().set_from_start(false);
    while (!loop_.is_at_horizon() && loop_.stretches() < std::min<std::uint64_t>(truth_.stretches(), n + 40)) {
      const std::uint64_t before = loop_.stretches();
      if (loop_.advance().is_unclear) return;  // which a wide ball may well be
      passed.stretches += loop_.stretches() - before;
      if (loop_.stretches() > truth_.stretches()) return;
      if (!is_right()) return;
    }
  }

 private:
  using Time = Clock<Real>;

  bool go_on(Random& random, Passed& passed) {
    const std::uint64_t before = loop_.stretches();
    if (random.chance(0.3)) {
      loop_.pass_regular_until(before + static_cast<std::uint64_t>(random.integer(1, 20)));
      if (loop_.stretches() > before) return note(before, passed) && is_right();
    }
    if (random.chance(0.3)) {
      ReadySpikes ready;
      if (loop_.make_ready(ready) > 0) return note(before, passed) && are_right(ready, before) && is_right();
    }
    const Step<Real> step = loop_.advance();
    EXPECT_EQ(loop_.stretches(), before + step.stretches);
    if (!note(before, passed)) return false;
    for (std::uint64_t k = before; k < loop_.stretches(); ++k) {
      const bool fires = step.firing && k + 1 == loop_.stretches();
      EXPECT_EQ(truth_.firings[k].has_value(), fires) << "stretch " << k << " of " << before << " + " << step.stretches;
      if (::testing::Test::HasFailure()) return false;
      if (fires && !overlap(wide(step.firing->time), truth_.firings[k]->time)) {
        ADD_FAILURE() << "the time of the spike that ends stretch " << k;
        return false;
      }
    }
    if (!step.is_unclear) return is_right();
    if (loop_.stretches() >= truth_.stretches()) return false;
    loop_.resume(truth_.after[loop_.stretches() + 1]);
    return true;
  }

  /// @return false where the truth does not reach so far
  bool note(std::uint64_t before, Passed& passed) const {
    const std::uint64_t done = loop_.stretches() - before;
    passed.stretches += done;
    if (done > 1) passed.skipped += done;
    return loop_.stretches() <= truth_.stretches();
  }

  bool are_right(const ReadySpikes& ready, std::uint64_t before) const {
    for (std::size_t k = 0; k < ready.size; ++k) {
      const auto& firing = truth_.firings[before + 2 * k + 1];
      EXPECT_TRUE(firing);
      if (!firing) return false;
      EXPECT_LE(abs(ready.times[k] - firing->time.mid), ready.errors[k] + firing->time.rad);
    }
    return true;
  }

  bool is_right() const {
    const std::string fault = fault_of(loop_.state(), loop_.stretches(), truth_);
    if (!fault.empty()) ADD_FAILURE() << fault << " after " << loop_.stretches() << " stretches";
    return fault.empty();
  }

  /// Moves one number of a state by a radius, and makes its ball so wide that the truth is at its very end.
  bool displace(State<Real>& state, const State<Real100>& right, Random& random) const {
    if (truth_.constants->has_silence) return false;  // its end is off by what its start is
    const double unit = convert_radius<double>(RealTraits<Real>::unit);
    const auto move = [&](Ball<Time>& ball, const Ball<Real100>& truth, double most) {
      const double size = static_cast<double>(abs(truth.mid)) * random.logarithmic(unit * 1e4, most);
      ball.mid = ball.mid + Time(random.chance(0.5) ? size : -size);
      const Real100 off = abs(convert_real<Real100>(ball.mid) - truth.mid) + truth.rad;
      ball.rad = convert_radius<Radius<Time>>(off) * (1 + 0x1p-50);
      return true;
    };
    std::vector<std::size_t> acting;
    for (std::size_t k = 0; k < right.parts.size(); ++k) {
      if (!is_silent(right.parts[k])) acting.push_back(k);
    }
    state.errors.forget();  // which know of no such error
    const bool began_at_spike = right.since.rad > 0;
    if (began_at_spike && random.chance(0.5)) return move(state.since, right.since, unit * 1e7);
    if (!acting.empty() && (right.refractory || random.chance(0.6))) {
      const std::size_t k = acting[static_cast<std::size_t>(random.integer(0, static_cast<int>(acting.size()) - 1))];
      const bool is_alpha =
          vanishes(right.parts[k].exponential) || (!vanishes(right.parts[k].alpha) && random.chance(0.5));
      return is_alpha ? move(state.parts[k].alpha, right.parts[k].alpha, 1)
                      : move(state.parts[k].exponential, right.parts[k].exponential, 1);
    }
    if (right.refractory) return false;
    state.known.reset();
    return move(state.potential, right.potential, 1);
  }

  const Truth& truth_;
  EventLoop<Real, Doubt> loop_;
};

/// A barrage at several synapses, with jumps and samples beside them, too weak for most stretches to end in a spike.
Current draw_barrage(Random& random, const Unit& unit) {
  const auto draw = [&](double size) {
    return testing::draw_events(random, 60, 0, 5 * unit.millisecond, -0.6 * size, size);
  };
  Current current = step(0, forever, unit.nanoampere * random.uniform(-0.5, 1.2));
  for (int k = random.integer(1, 3); k > 0; --k) {
    const double tau = unit.millisecond * testing::draw_ratio(random);
    current += random.chance(0.5) ? exponential_synapse(tau, draw(0.3 * unit.nanoampere))
                                  : alpha_synapse(tau, draw(0.2 * unit.nanoampere));
  }
  if (random.chance(0.5)) current += pulses(draw(0.1 * unit.millivolt));
  if (random.chance(0.3)) {
    current += samples(0, unit.millisecond * 0.1, std::vector<double>(40, unit.nanoampere * random.uniform(-0.5, 0.5)),
                       random.chance(0.5) ? Hold::previous : Hold::linear);
  }
  return current;
}

/// Regular firing, and now and then something that ends it.
Current draw_regular(Random& random, const Unit& unit) {
  Current current = step(0, forever, unit.nanoampere * random.logarithmic(1.01, 10));
  const double start = unit.millisecond * random.uniform(0, 15);
  if (random.chance(0.5)) current += step(start, start + unit.millisecond * random.logarithmic(0.1, 10), -1);
  if (random.chance(0.3))
    current += exponential_synapse(unit.millisecond * random.logarithmic(0.01, 0.1), {{start, 1}});
  if (random.chance(0.3)) current += pulses({{start, unit.millivolt * random.uniform(-1, 1)}});
  return current;
}

/// A constant and sinusoids of one frequency, and now and then something that changes them.
Current draw_sinusoidal(Random& random, const Unit& unit) {
  Current current = step(0, forever, unit.nanoampere * random.uniform(-0.5, 3));
  const double omega = random.logarithmic(0.05, 50);  // rad per membrane time constant
  for (int k = random.integer(1, 2); k > 0; --k) {
    current += sinusoid(unit.millisecond * random.uniform(-3, 2), forever,
                        unit.nanoampere * random.logarithmic(0.1, 3) * (1 + omega),
                        omega * 1000 / 6.283 / unit.millisecond, random.uniform(-4, 4));
  }
  const double start = unit.millisecond * random.uniform(0, 15);
  if (random.chance(0.3)) current += step(start, start + unit.millisecond * random.logarithmic(0.1, 10), -1);
  if (random.chance(0.3)) current += pulses({{start, unit.millivolt * random.uniform(-1, 1)}});
  return current;
}

std::vector<Kind> kinds_and_more() {
  std::vector<Kind> all = testing::kinds();
  const auto usual = [](Random&) { return Unit{}; };
  const auto adapting = [](Random& random, const Unit& unit, NeuronParameters& p) {
    testing::kind_named("adaptation").extend(random, unit, p);
  };
  all.push_back({"barrage", draw_barrage, usual});
  all.push_back({"regular firing", draw_regular, usual});
  all.push_back({"sinusoidal", draw_sinusoidal, usual});
  all.push_back({"barrage at adaptation", draw_barrage, usual, adapting});
  all.push_back({"regular firing with adaptation", draw_regular, usual, adapting});
  return all;
}

class Skips : public ::testing::TestWithParam<Kind> {
 protected:
  /// Calls work(problem) for `count` random experiments and as many adversarial ones, until a test fails.
  template <class Work>
  void for_each_experiment(int count, Work work) {
    const auto adversaries = testing::adversaries_of(GetParam());
    for (int k = 0; k < 2 * testing::cases(count) && !HasFailure(); ++k) {
      const auto* adversary = adversaries[static_cast<std::size_t>(k / 2) % adversaries.size()];
      const Experiment experiment = k % 2 == 0 ? testing::draw_experiment(random_, GetParam())
                                               : testing::draw_experiment(random_, GetParam(), *adversary);
      const Problem problem{experiment.neuron, experiment.current, experiment.until};
      try {
        work(problem);
      } catch (const Unresolvable&) {  // by 100 digits: nothing to hold the others against
      } catch (const InvalidArgument&) {
      }
      if (HasFailure()) std::cout << testing::to_code(experiment);
    }
  }

  Random random_;
};

TEST_P(Skips, GoThroughTheStretchesOfTheEventLoop) {
  Passed passed;
  for_each_experiment(8, [&](const Problem& problem) {
    const ScaledProblem scaled = detail::scaled(problem);
    const Truth truth(scaled);
    const bool nearest = random_.chance(0.5);
    for (const SkipsAllowed& skips : choices) {
      SCOPED_TRACE(name_of(skips));
      const Purpose purpose{.nearest = nearest, .suits_double = scaled.suits_double, .skips = skips};
      const auto follow = [&]<class Real, class Doubt>() {
        SCOPED_TRACE(RealTraits<Real>::rung);
        Beside<Real, Doubt>(truth, purpose).follow(random_, passed);
      };
      if (scaled.suits_double) follow.template operator()<double, AskNextRung>();
      if (scaled.suits_double) follow.template operator()<DoubleDouble, AskNextRung>();
      if (skips.quiet != skips.regular) continue;  // the others have no quiet way
      follow.template operator()<Real50, AskNextRung>();
      follow.template operator()<Real100, NoteTouches>();
    }
  });
  EXPECT_GT(passed.skipped, 0u);
  std::cout << passed.skipped << " of " << passed.stretches << " stretches skipped\n";
}

TEST_P(Skips, EncloseWhatLiesAtTheEndOfABall) {
  Passed passed;
  for_each_experiment(8, [&](const Problem& problem) {
    const ScaledProblem scaled = detail::scaled(problem);
    const Truth truth(scaled);
    if (truth.stretches() == 0) return;
    for (int k = 0; k < 20; ++k) {
      const auto n = static_cast<std::uint64_t>(random_.integer(0, static_cast<int>(truth.stretches()) - 1));
      const SkipsAllowed skips =
          choices[static_cast<std::size_t>(random_.integer(0, static_cast<int>(std::size(choices)) - 1))];
      SCOPED_TRACE(name_of(skips) + ", from stretch " + std::to_string(n));
      const Purpose purpose{.nearest = false, .suits_double = scaled.suits_double, .skips = skips};
      const auto follow = [&]<class Real, class Doubt>() {
        SCOPED_TRACE(RealTraits<Real>::rung);
        Beside<Real, Doubt>(truth, purpose).follow_from(n, random_, passed);
      };
      if (scaled.suits_double) follow.template operator()<double, AskNextRung>();
      if (scaled.suits_double) follow.template operator()<DoubleDouble, AskNextRung>();
      if (k % 4 != 0) continue;
      follow.template operator()<Real50, AskNextRung>();
      follow.template operator()<Real100, NoteTouches>();
    }
  });
  std::cout << passed.stretches << " stretches\n";
}

TEST_P(Skips, LeaveTheTrainsAsTheyAre) {
  for_each_experiment(40, [&](const Problem& problem) {
    for (const Precision precision : {Precision::exact, Precision::fast}) {
      SCOPED_TRACE(precision == Precision::exact ? "exact" : "fast");
      const auto plain = make_train(problem, precision, no_skips);
      std::vector<Spike> right;
      while (const auto spike = plain->next(problem.until)) right.push_back(*spike);
      for (const SkipsAllowed& skips : choices) {
        SCOPED_TRACE(name_of(skips));
        const auto train = make_train(problem, precision, skips);
        std::size_t n = 0;
        while (const auto spike = train->next(problem.until)) {
          ASSERT_LT(n, right.size()) << "a spike too many at " << spike->time;
          if (precision == Precision::exact) {
            ASSERT_EQ(spike->time, right[n].time);
          }
          const double apart = std::fabs((spike->time - right[n].time) +
                                         (precision == Precision::exact ? spike->remainder - right[n].remainder : 0));
          ASSERT_LE(apart, (spike->error + right[n].error) * (1 + 0x1p-50));
          ++n;
        }
        EXPECT_EQ(n, right.size());
        EXPECT_EQ(train->stretches(), plain->stretches());
        EXPECT_EQ(train->grazings().size(), plain->grazings().size());
      }
    }
  });
}

std::string title_of(const ::testing::TestParamInfo<Kind>& info) {
  std::string title;
  bool begins = true;
  for (const char letter : info.param.name) {
    if (letter != ' ') title += begins ? static_cast<char>(std::toupper(letter)) : letter;
    begins = letter == ' ';
  }
  return title;
}

INSTANTIATE_TEST_SUITE_P(Of, Skips, ::testing::ValuesIn(kinds_and_more()), title_of);

}  // namespace
}  // namespace lapicque::detail
