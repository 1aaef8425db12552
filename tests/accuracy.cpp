#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "adversaries.hpp"
#include "experiments.hpp"
#include "verdict.hpp"

// lapicque_accuracy: the solver against the oracle, kind of input by kind of input, as tables.
//
// Each case has a seed of its own, made from --seed, its kind and its number, so that the tables do not depend on the
// number of threads and any one case can be run again, with --kind NAME --case J, or --kind NAME --adversarial --case
// J. Columns: spikes of all cases; those missed or invented, both precisions together; for Precision::exact the
// greatest error in ulp and the share of spikes that are the double nearest to the exact time; for Precision::fast the
// greatest error, how the stated bound compares with the true error (honest if the least ratio is 1 or more), and with
// the true error or half an ulp of the time, whichever is greater (tight if that is small); cases that 400 digits do
// not decide.

namespace {

using namespace lapicque::testing;

struct Options {
  int cases = 1000;
  int adversarial_cases = -1;
  std::uint64_t seed = 20071907;
  std::vector<std::string> kinds;
  int only = -1;
  bool adversarial = false;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  bool markdown = false;
  bool skips = true;

  lapicque::detail::SkipsAllowed skips_allowed() const {
    return {.regular = skips, .sinusoid = skips, .quiet = skips, .lanes = skips};
  }
};

/// What some cases came to.
struct Tally {
  std::size_t cases = 0, spikes = 0, missed = 0, invented = 0, rounded = 0, undecided = 0, faults = 0;
  double worst_exact = 0, worst_fast = 0;
  std::vector<double> honesty, width;
  static constexpr int decades = 21;
  std::array<std::size_t, decades>
      nearest{};  ///< cases whose `closest` lies in (10^-(k+1), 10^-k] mV; the last: beyond

  void add(const Verdict& v) {
    ++cases;
    spikes += v.spikes;
    missed += v.missed;
    invented += v.invented;
    rounded += v.rounded;
    undecided += v.undecided;
    faults += !v.fault.empty();
    worst_exact = std::max(worst_exact, v.worst_exact);
    worst_fast = std::max(worst_fast, v.worst_fast);
    honesty.insert(honesty.end(), v.honesty.begin(), v.honesty.end());
    width.insert(width.end(), v.width.begin(), v.width.end());
    const double k = -std::log10(v.closest);
    if (k >= 0) ++nearest[static_cast<std::size_t>(std::min<double>(k, decades - 1))];
  }

  void add(const Tally& other) {
    cases += other.cases;
    spikes += other.spikes;
    missed += other.missed;
    invented += other.invented;
    rounded += other.rounded;
    undecided += other.undecided;
    faults += other.faults;
    worst_exact = std::max(worst_exact, other.worst_exact);
    worst_fast = std::max(worst_fast, other.worst_fast);
    honesty.insert(honesty.end(), other.honesty.begin(), other.honesty.end());
    width.insert(width.end(), other.width.begin(), other.width.end());
    for (std::size_t k = 0; k < decades; ++k) nearest[k] += other.nearest[k];
  }
};

/// Case `number` of a kind: of random ones, or of adversarial ones, in which the kind's adversaries take turns.
struct Case {
  const Kind& kind;
  bool adversarial;
  int number;

  const Adversary* adversary() const {
    const auto those = adversaries_of(kind);
    return adversarial && !those.empty() ? those[static_cast<std::size_t>(number) % those.size()] : nullptr;
  }

  Experiment draw(std::uint64_t seed) const {
    // Mixed as in splitmix64, so that neighbouring cases have nothing to do with each other.
    const auto mixed = [](std::uint64_t x) {
      x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
      x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
      return x ^ (x >> 31);
    };
    for (const char letter : kind.name) seed = mixed(seed + 0x9e3779b97f4a7c15ULL + static_cast<unsigned char>(letter));
    Random random(mixed(mixed(seed + (adversarial ? 2 : 1)) + static_cast<std::uint64_t>(number)));
    const Adversary* a = adversary();
    return a ? draw_experiment(random, kind, *a) : draw_experiment(random, kind);
  }

  std::string name() const {
    std::ostringstream out;
    out << "--kind '" << kind.name << "'" << (adversarial ? " --adversarial" : "") << " --case " << number;
    if (const Adversary* a = adversary()) out << " (" << a->name << ")";
    return out.str();
  }
};

/// Calls work(0), work(1), ..., work(count - 1), several at a time.
void in_parallel(int threads, int count, const std::function<void(int)>& work) {
  std::atomic<int> next = 0;
  std::vector<std::thread> pool;
  for (int k = 0; k < threads; ++k)
    pool.emplace_back([&] {
      for (int number = next++; number < count; number = next++) work(number);
    });
  for (std::thread& thread : pool) thread.join();
}

/// The numbers of a kind's row, or of an adversary's.
struct Row {
  std::string name;
  Tally random;
  std::map<std::string, Tally> adversarial;  ///< by the name of the adversary
};

/// Runs `count` cases into `tallies`, which are named by adversary ("" for random cases); faults go to standard error.
void run(const Options& options, const Kind& kind, bool adversarial, int count,
         const std::function<Tally&(const std::string&)>& tally) {
  std::mutex mutex;
  std::map<int, std::string> faults;  // in order, however many threads there are
  std::pair<double, int> widest{0, -1};
  const std::clock_t start = std::clock();
  in_parallel(options.threads, count, [&](int number) {
    const Case one{kind, adversarial, number};
    const Verdict verdict = judge(one.draw(options.seed), options.skips_allowed());
    const Adversary* adversary = one.adversary();
    const std::lock_guard lock(mutex);
    tally(adversary ? adversary->name : "").add(verdict);
    for (const double width : verdict.width) widest = std::max(widest, {width, number});
    if (!verdict.fault.empty()) faults[number] = one.name() + "\n" + verdict.fault;
  });
  const double milliseconds = 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  for (const auto& [number, text] : faults) std::cerr << text << "\n";
  std::cerr << kind.name << (adversarial ? ", adversarial: " : ": ") << count << " cases, "
            << milliseconds / std::max(count, 1) << " ms of processor time each";
  if (widest.second >= 0)
    std::cerr << "; widest bound, " << widest.first << ": " << Case{kind, adversarial, widest.second}.name();
  std::cerr << "\n";
}

/// The value that a share `p` of the numbers does not exceed.
std::string percentile(std::vector<double>& numbers, double p, int digits = 3) {
  if (numbers.empty()) return "-";
  const auto place = numbers.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(numbers.size() - 1));
  std::nth_element(numbers.begin(), place, numbers.end());
  std::ostringstream out;
  out << std::setprecision(digits) << *place;
  return out.str();
}

std::string number(double x, int digits = 4) {
  std::ostringstream out;
  out << std::setprecision(digits) << x;
  return out.str();
}

/// A table in columns of equal width, or in GitHub's markdown.
void print(const std::vector<std::vector<std::string>>& rows, bool markdown) {
  std::vector<std::size_t> width(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], row[k].size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t k = 0; k < rows[r].size(); ++k) {
      std::cout << (markdown ? "| " : "") << (k == 0 ? std::left : std::right);
      std::cout << std::setw(static_cast<int>(width[k])) << rows[r][k] << (markdown ? " " : "  ");
    }
    std::cout << (markdown ? "|\n" : "\n");
    if (r > 0 || !markdown) continue;
    for (std::size_t k = 0; k < width.size(); ++k) std::cout << (k == 0 ? "|---" : "|--:");
    std::cout << "|\n";
  }
  std::cout << "\n";
}

/// A share in percent that says 100 only if all is meant.
std::string percent(std::size_t part, std::size_t all) {
  if (part == all) return "100 %";
  return number(std::floor(1e4 * static_cast<double>(part) / static_cast<double>(all)) / 100) + " %";
}

const std::vector<std::string> heading{"input",
                                       "random cases",
                                       "adversarial",
                                       "spikes",
                                       "missed",
                                       "invented",
                                       "exact: worst, ulp",
                                       "nearest double",
                                       "fast: worst, ulp",
                                       "bound/error: least",
                                       "median",
                                       "99 %",
                                       "bound/max(error, ulp/2): median",
                                       "greatest",
                                       "undecided"};

std::vector<std::string> row_of(const std::string& name, std::size_t adversarial, Tally& all) {
  return {name,
          std::to_string(all.cases - adversarial),
          std::to_string(adversarial),
          std::to_string(all.spikes),
          std::to_string(all.missed),
          std::to_string(all.invented),
          number(all.worst_exact, 5),
          percent(all.rounded, all.spikes),
          number(all.worst_fast, 3),
          percentile(all.honesty, 0),
          percentile(all.honesty, 0.5),
          percentile(all.honesty, 0.99),
          percentile(all.width, 0.5),
          percentile(all.width, 1),
          std::to_string(all.undecided)};
}

int run(const Options& options) {
  std::vector<Row> rows;
  for (const Kind& kind : kinds()) {
    if (!options.kinds.empty() &&
        std::find(options.kinds.begin(), options.kinds.end(), kind.name) == options.kinds.end())
      continue;
    Row row{kind.name, {}, {}};
    run(options, kind, false, options.cases, [&](const std::string&) -> Tally& { return row.random; });
    if (!adversaries_of(kind).empty())
      run(options, kind, true, options.adversarial_cases,
          [&](const std::string& adversary) -> Tally& { return row.adversarial[adversary]; });
    rows.push_back(std::move(row));
  }

  std::vector<std::vector<std::string>> table{heading};
  std::map<std::string, Tally> by_adversary;
  std::size_t faults = 0;
  for (Row& row : rows) {
    Tally all = row.random;
    for (const auto& [name, tally] : row.adversarial) {
      all.add(tally);
      by_adversary[name].add(tally);
    }
    faults += all.faults;
    table.push_back(row_of(row.name, all.cases - row.random.cases, all));
  }
  print(table, options.markdown);

  if (!by_adversary.empty()) {
    std::vector<std::vector<std::string>> second{heading};
    second[0].front() = "adversary";
    second[0].erase(second[0].begin() + 1);
    std::vector<std::vector<std::string>> third{{"cases by nearest approach to the threshold, mV"}};
    for (int k = 0; k < Tally::decades; ++k) third[0].push_back("1e-" + std::to_string(k));
    for (auto& [name, tally] : by_adversary) {
      second.push_back(row_of(name, tally.cases, tally));
      second.back().erase(second.back().begin() + 1);
      third.push_back({name});
      for (const std::size_t count : tally.nearest) third.back().push_back(std::to_string(count));
    }
    print(second, options.markdown);
    print(third, options.markdown);
  }
  return faults == 0 ? 0 : 1;
}

/// One case, with all that there is to say about it.
int run_one(const Options& options) {
  const Case one{kind_named(options.kinds.at(0)), options.adversarial, options.only};
  const Experiment experiment = one.draw(options.seed);
  std::cout << one.name() << "\n" << to_code(experiment);
  const Verdict v = judge(experiment, options.skips_allowed());
  std::cout << v.spikes << " spikes, nearest to threshold " << v.closest << " mV; exact: worst " << v.worst_exact
            << " ulp; fast: worst " << v.worst_fast << " ulp" << (v.undecided ? "; undecided" : "")
            << "\nstated bound over true error:";
  for (const double x : v.honesty) std::cout << " " << x;
  std::cout << "\nstated bound over true error or half an ulp:";
  for (const double x : v.width) std::cout << " " << x;
  std::cout << "\n" << v.fault;
  return v.fault.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Runs random and adversarial experiments, kind of input by kind of input, through the solver in both precisions "
      "and "
      "through an oracle of 110 digits or 400 that works another way. Prints what came of it as tables; any fault goes "
      "to standard error as C++ that can be pasted into a test. Exit status: 0 no fault, 1 a fault, 2 unusable "
      "options.",
      "lapicque_accuracy");
  app.add_option("--cases", options.cases, "random cases of each kind")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--adversarial-cases", options.adversarial_cases,
                 "adversarial cases of each kind (default: a tenth of --cases)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seed", options.seed, "of all that is drawn")->capture_default_str();
  app.add_option("--kind", options.kinds, "only these kinds of input");
  app.add_option("--threads", options.threads, "that share the work")->check(CLI::PositiveNumber);
  app.add_option("--skips", options.skips, "on, or off: from stretch to stretch by the event loop alone, see skip.hpp")
      ->check(CLI::IsMember({"on", "off"}))
      ->default_str("on");
  app.add_flag("--markdown", options.markdown, "print the tables as GitHub shows them");
  auto* one = app.add_option("--case", options.only, "run only this one of the kind's cases, and print it")
                  ->check(CLI::NonNegativeNumber)
                  ->needs("--kind");
  app.add_flag("--adversarial", options.adversarial, "--case counts among the adversarial ones")->needs(one);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.adversarial_cases < 0) options.adversarial_cases = (options.cases + 9) / 10;
  try {
    for (const std::string& kind : options.kinds) kind_named(kind);
    return options.only >= 0 ? run_one(options) : run(options);
  } catch (const std::exception& error) {
    std::cerr << "lapicque_accuracy: " << error.what() << "\n";
    return 2;
  }
}
