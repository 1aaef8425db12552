#include "lapicque/population.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <execution>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

#include "input/argument.hpp"
#include "lapicque/error.hpp"

namespace lapicque {
namespace {

/// Who is in a population.
class Members {
 public:
  Members(std::span<const Neuron> neurons, std::span<const Current> currents) : neurons_(neurons), currents_(currents) {
    const std::size_t n = neurons.size();
    const std::size_t m = currents.size();
    if (n != m && n != 1 && m != 1) {
      throw InvalidArgument("currents", std::to_string(m) + (m == 1 ? " current" : " currents"),
                            "there must be as many as neurons, " + std::to_string(n) + ", or one of either",
                            "give a current for each neuron, or one for all");
    }
    size_ = n == 1 ? m : n;
  }
  std::size_t size() const { return size_; }
  const Neuron& neuron(std::size_t member) const { return neurons_[neurons_.size() == 1 ? 0 : member]; }
  const Current& current(std::size_t member) const { return currents_[currents_.size() == 1 ? 0 : member]; }

 private:
  std::span<const Neuron> neurons_;
  std::span<const Current> currents_;
  std::size_t size_;
};

/// The error of the first member that has one. An exception that leaves a parallel algorithm would end the program.
class Failure {
 public:
  void note(std::size_t member, std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (member >= first_) return;
    first_ = member;
    error_ = std::move(error);
  }
  /// Whether the member comes after one that failed: its own error would not be told.
  bool spares(std::size_t member) const { return member > first_; }
  void rethrow_if_any() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::atomic<std::size_t> first_ = std::numeric_limits<std::size_t>::max();
  std::exception_ptr error_;
};

class Progress {
 public:
  Progress(const PopulationProgress& report, std::size_t size) : report_(report), size_(size) {}

  void add_one() {
    if (!report_) return;
    ++done_;
    if (Clock::now() < next_.load()) return;
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || Clock::now() < next_.load()) return;
    if (const std::size_t done = done_; done < size_) report_(done, size_);
    next_ = Clock::now() + pause;
  }
  void finish() const {
    if (report_) report_(size_, size_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds pause{100};

  const PopulationProgress& report_;
  std::size_t size_;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<Clock::time_point> next_ = Clock::now() + pause;
  std::mutex mutex_;
};

/// Neighbours that one thread does one after the other.
struct Block {
  std::size_t first;
  std::size_t last;  // one past
  std::vector<double> times{};
};

/// Few members a block where there are few, as some may take far longer than others; else enough for a block's own cost
/// not to show.
std::vector<Block> blocks_of(std::size_t size) {
  constexpr std::size_t most_members = 256;
  const std::size_t length = std::clamp<std::size_t>(size / most_members, 1, most_members);
  std::vector<Block> blocks;
  blocks.reserve(size / length + 1);
  for (std::size_t first = 0; first < size; first += length) {
    blocks.push_back({first, std::min(first + length, size)});
  }
  return blocks;
}

/// Calls `work` for a member, which names an InvalidArgument's subject.
template <class Work>
void name_member(std::size_t member, const Work& work) {
  try {
    work();
  } catch (const InvalidArgument& error) {
    throw InvalidArgument("member[" + std::to_string(member) + "]." + error.subject(), error.value(), error.rule(),
                          error.mend());
  }
}

/// Calls work(block, member, train) for all members, and finish(block) at the end of each block.
template <class Work, class Finish>
void for_all(std::vector<Block>& blocks, const Members& members, double until, const PopulationOptions& options,
             const Work& work, const Finish& finish) {
  Failure failure;
  Progress progress(options.progress, members.size());
  std::for_each(std::execution::par, blocks.begin(), blocks.end(), [&](Block& block) {
    for (std::size_t member = block.first; member < block.last && !failure.spares(member); ++member) {
      try {
        name_member(member, [&] {
          SpikeTrain train(members.neuron(member), members.current(member), until, options.precision);
          work(block, member, train);
        });
        if (member + 1 == block.last) finish(block);
        progress.add_one();
      } catch (...) {
        failure.note(member, std::current_exception());
      }
    }
  });
  failure.rethrow_if_any();
  progress.finish();
}

}  // namespace

PopulationSpikes population_spike_times(std::span<const Neuron> neurons, std::span<const Current> currents,
                                        double until, const PopulationOptions& options) {
  detail::require_end_of_run(until);
  const Members members(neurons, currents);
  PopulationSpikes result;
  result.offsets.resize(members.size() + 1);
  std::vector<Block> blocks = blocks_of(members.size());
  for_all(
      blocks, members, until, options,
      [&](Block& block, std::size_t member, SpikeTrain& train) {
        const std::size_t before = block.times.size();
        for (const Spike& spike : train) block.times.push_back(spike.time);
        result.offsets[member + 1] = block.times.size() - before;
      },
      [](Block& block) { block.times.shrink_to_fit(); });

  for (std::size_t member = 0; member < members.size(); ++member) result.offsets[member + 1] += result.offsets[member];
  result.times.reserve(result.offsets.back());
  for (Block& block : blocks) {
    const std::vector<double> times = std::move(block.times);
    result.times.insert(result.times.end(), times.begin(), times.end());
  }
  return result;
}

std::vector<std::size_t> population_spike_counts(std::span<const Neuron> neurons, std::span<const Current> currents,
                                                 double until, const PopulationOptions& options) {
  std::vector<std::size_t> counts(Members(neurons, currents).size());
  const auto count = [&](std::size_t member, SpikeTrain& train) {
    std::size_t spikes = 0;
    while (train.next()) ++spikes;
    counts[member] = spikes;
  };
  for_each_train(neurons, currents, until, count, options);
  return counts;
}

void for_each_train(std::span<const Neuron> neurons, std::span<const Current> currents, double until,
                    const std::function<void(std::size_t member, SpikeTrain& train)>& visit,
                    const PopulationOptions& options) {
  detail::require_end_of_run(until);
  const Members members(neurons, currents);
  std::vector<Block> blocks = blocks_of(members.size());
  for_all(
      blocks, members, until, options, [&](Block&, std::size_t member, SpikeTrain& train) { visit(member, train); },
      [](Block&) {});
}

}  // namespace lapicque
