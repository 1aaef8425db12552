#pragma once

#include <optional>
#include <string>

#include "lapicque/network.hpp"
#include "plot_options.hpp"

namespace lapicque::program {

/// At most so many threads as long as it lives; as many as there are cores where none is given.
class ThreadLimit {
 public:
  /// @param threads  what --threads was given. @throws InvalidArgument  it is no whole number above 0
  explicit ThreadLimit(const std::optional<double>& threads);
  ~ThreadLimit();

 private:
  struct Control;
  Control* control_;
};

/// `lapicque run` of a network file.
struct NetworkRun {
  std::string file;
  bool is_json;
  Precision precision;
  std::optional<double> threads;
  std::string draws;        ///< a CSV file; none where empty
  std::string connections;  ///< likewise
  const PlotOptions& plot;

  void operator()() const;
};

}  // namespace lapicque::program
