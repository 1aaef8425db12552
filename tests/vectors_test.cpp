#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "lapicque/files/experiment.hpp"
#include "lapicque/spike_train.hpp"

// The test vectors as another simulator's developers have them: files alone. That the digits are right is for
// vectors_truth_test.cpp to say.

namespace lapicque {
namespace {

namespace fs = std::filesystem;
using Real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<60>, boost::multiprecision::et_off>;

const fs::path folder = LAPICQUE_VECTORS;

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Row {
  std::string file;  // of the experiment, from the folder on
  std::string family;
  std::size_t spikes;
};

std::vector<Row> index_of_vectors() {
  std::vector<Row> rows;
  const auto lines = lines_of(folder / "index.csv");
  for (std::size_t k = 1; k < lines.size(); ++k) {
    const std::size_t first = lines[k].find(','), second = lines[k].find(',', first + 1);
    rows.push_back({lines[k].substr(0, first), lines[k].substr(first + 1, second - first - 1),
                    std::stoul(lines[k].substr(second + 1))});
  }
  return rows;
}

fs::path spikes_file(const std::string& experiment) {
  return folder / fs::path(experiment).replace_extension(".spikes.csv");
}

std::vector<Real> spikes_of(const std::string& experiment) {
  std::vector<Real> spikes;
  for (const std::string& line : lines_of(spikes_file(experiment)))
    if (std::isdigit(static_cast<unsigned char>(line[0]))) spikes.emplace_back(line.substr(line.find(',') + 1));
  return spikes;
}

/// In units of the spacing of doubles at `exact`.
double error_in_ulp(double time, const Real& exact) {
  const double nearest = static_cast<double>(exact);
  return static_cast<double>(abs(time - exact) / (Real(std::nextafter(nearest, forever)) - nearest));
}

TEST(Vectors, AreAllInTheIndexAndNothingElseIs) {
  std::set<std::string> listed, found;
  for (const Row& row : index_of_vectors()) {
    EXPECT_TRUE(listed.insert(row.file).second) << row.file << " is listed twice";
    EXPECT_EQ(fs::path(row.file).parent_path(), row.family);
    EXPECT_TRUE(fs::exists(spikes_file(row.file))) << row.file;
  }
  std::size_t spike_files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") found.insert(fs::relative(entry.path(), folder).generic_string());
    if (entry.path().string().ends_with(".spikes.csv")) ++spike_files;
  }
  EXPECT_EQ(found, listed);
  EXPECT_EQ(spike_files, listed.size());
  EXPECT_GE(listed.size(), 300U);
}

TEST(Vectors, HaveAscendingSpikesWithinTheRun) {
  for (const Row& row : index_of_vectors()) {
    const std::vector<Real> spikes = spikes_of(row.file);
    EXPECT_EQ(spikes.size(), row.spikes) << row.file;
    EXPECT_TRUE(std::is_sorted(spikes.begin(), spikes.end(), std::less_equal<>())) << row.file;
    if (spikes.empty()) continue;
    EXPECT_GE(spikes.front(), 0) << row.file;
    EXPECT_LE(spikes.back(), read_experiment(folder / row.file).until) << row.file;
  }
}

TEST(Vectors, AreSolvedToOneUlp) {
  double worst = 0;
  for (const Row& row : index_of_vectors()) {
    const Experiment experiment = read_experiment(folder / row.file);
    const std::vector<Real> spikes = spikes_of(row.file);
    const std::vector<double> times = spike_times(experiment.neuron, experiment.current, experiment.until);
    ASSERT_EQ(times.size(), spikes.size()) << row.file;
    for (std::size_t k = 0; k < times.size(); ++k) {
      const double error = error_in_ulp(times[k], spikes[k]);
      EXPECT_LE(error, 1) << row.file << ", spike " << k + 1 << " at " << times[k];
      worst = std::max(worst, error);
    }
  }
  std::cout << "worst error " << worst << " ulp\n";
}

TEST(Vectors, AreSolvedWithinTheStatedErrorInFastPrecision) {
  double worst = 0;
  for (const Row& row : index_of_vectors()) {
    const Experiment experiment = read_experiment(folder / row.file);
    const std::vector<Real> spikes = spikes_of(row.file);
    std::size_t k = 0;
    for (const Spike& spike : SpikeTrain(experiment.neuron, experiment.current, experiment.until, Precision::fast)) {
      ASSERT_LT(k, spikes.size()) << row.file << " has a spike at " << spike.time;
      EXPECT_LE(abs(spike.time - spikes[k]), spike.error) << row.file << ", spike " << k + 1 << " at " << spike.time;
      worst = std::max(worst, error_in_ulp(spike.time, spikes[k]));
      ++k;
    }
    EXPECT_EQ(k, spikes.size()) << row.file;
  }
  std::cout << "worst error " << worst << " ulp\n";
}

TEST(Vectors, AgreeWithPublishedTimes) {
  struct Published {
    const char* file;
    std::size_t spike;
    double time;
    double digits;  // half a unit of the last digit given
  };
  // NEST's testsuite (5 and 6 digits; its lossless test begins 2 ms before ours), and formulas by hand.
  for (const Published& p : {Published{"literature/nest-dc.toml", 0, 4.90004, 5e-6},
                             {"literature/nest-lossless-missingspike.toml", 0, 4.01442 - 2, 5e-6},
                             {"literature/nest-lossless-spike.toml", 0, 4.00659 - 2, 5e-6},
                             {"literature/nest-dc-accuracy.toml", 0, 10 * std::log(1.6), 1e-14},
                             {"literature/neuronal-dynamics-step.toml", 0, 5 + 8 * std::log(5), 1e-14},
                             {"late/train-of-1000.toml", 999, 8 * std::log(5) + 999 * (2 + 8 * std::log(4)), 1e-10}}) {
    const auto spikes = spikes_of(p.file);
    ASSERT_GT(spikes.size(), p.spike) << p.file;
    EXPECT_NEAR(static_cast<double>(spikes[p.spike]), p.time, p.digits) << p.file;
  }
  EXPECT_TRUE(spikes_of("literature/nest-lossless-nospike.toml").empty());
}

}  // namespace
}  // namespace lapicque
