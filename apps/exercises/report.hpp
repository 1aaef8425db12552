#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "figure.hpp"
#include "output.hpp"

namespace lapicque::program {

/// The time steps (ms) at which the exercises let forward Euler answer.
inline constexpr std::array<double, 2> euler_steps{0.1, 0.01};

/// `value` with so many decimals: fixed(1.983167, 3) is "1.983". Never "-0.000".
std::string fixed(double value, int decimals);

/// `value` with so many digits, in the style of 1.2e-05: for differences.
std::string scientific(double value, int digits = 3);

/// One quantity answered exactly and by forward Euler at each of euler_steps.
struct Comparison {
  std::string quantity;  ///< with its unit
  double exact;
  std::array<double, 2> euler;
  std::array<double, 2> predicted;  ///< what Euler must give, from a formula or the exact solver, not from stepping
};

/// What the exercises have to say, laid out for a terminal of 100 columns, and the files that go with it.
class Report {
 public:
  void title(const std::string& text);
  void exercise(int number, const std::string& title);
  void question(const std::string& text);
  /// A row for the table of all answers, of the question that was asked last; `euler` is its answer at 0.1 ms.
  void answer(const std::string& quantity, const std::string& exact, const std::string& euler = "");
  /// A paragraph, wrapped.
  void say(const std::string& text);
  /// A line of its own, as it is.
  void formula(const std::string& text);
  /// Columns of cells, the first to the left and the others as told: numbers to the right, words to the left.
  enum class Align { left, right };
  void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
             Align others = Align::right);
  /// A table of its own, and a row in the table of all answers.
  void compare(const Comparison& comparison, int decimals);

  /// For --output: the picture, the numbers and the experiment of an answer, as files NAME.png, NAME.svg, NAME.csv and
  /// NAME.toml, which are named below the answer.
  void figure(const std::string& name, figures::Figure figure);
  void data(const std::string& name, DataTable table);
  void experiment(const std::string& name, const std::string& toml);
  /// The command that gives the answer again, in the folder of --output.
  void again(const std::string& command);

  /// The title, the table of all answers, and everything else.
  std::string text() const;
  const std::vector<std::pair<std::string, figures::Figure>>& figures() const noexcept { return figures_; }
  const std::vector<std::pair<std::string, DataTable>>& data() const noexcept { return data_; }
  const std::vector<std::pair<std::string, std::string>>& experiments() const noexcept { return experiments_; }

 private:
  std::string number() const { return std::to_string(exercise_) + "." + std::to_string(questions_); }

  std::string title_;
  std::string text_;
  std::vector<std::vector<std::string>> answers_;
  int exercise_ = 0;
  int questions_ = 0;
  std::vector<std::pair<std::string, figures::Figure>> figures_;
  std::vector<std::pair<std::string, DataTable>> data_;
  std::vector<std::pair<std::string, std::string>> experiments_;
};

}  // namespace lapicque::program
