#include "lapicque/open_train.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "solver/train.hpp"

namespace lapicque {

OpenTrain::OpenTrain(const Neuron& neuron, const Current& given, std::vector<Receptor> receptors, double until,
                     Precision precision)
    : receptors_(receptors.size()), until_(until) {
  detail::require_end_of_run(until);
  for (std::size_t k = 0; k < receptors.size(); ++k) {
    if (const auto* synapse = std::get_if<SynapticReceptor>(&receptors[k]))
      detail::require_positive(synapse->tau, "receptors[" + std::to_string(k) + "].tau", "ms");
  }
  train_ = detail::make_train({neuron, given, until, std::move(receptors)}, precision);
}

OpenTrain::OpenTrain(OpenTrain&&) noexcept = default;
OpenTrain& OpenTrain::operator=(OpenTrain&&) noexcept = default;
OpenTrain::~OpenTrain() = default;

std::optional<Spike> OpenTrain::next(double horizon) {
  if (!(horizon >= horizon_ && horizon <= until_)) {
    throw InvalidArgument("horizon", to_text(horizon, "ms"),
                          "must be a number, not earlier than the horizon before it and not later than the end",
                          "choose one from " + to_text(std::max(horizon_, 0.0), "ms") + " to " + to_text(until_, "ms"));
  }
  horizon_ = horizon;
  return train_->next(horizon);
}

void OpenTrain::arrive(std::size_t receptor, double time, double size) {
  if (receptor >= receptors_) {
    throw InvalidArgument("receptor", std::to_string(receptor), "there is no such receptor",
                          "this train has " + std::to_string(receptors_) + ", numbered from 0");
  }
  detail::require_not_negative(time, "time", "ms");
  detail::require_finite(size, "size", "");
  if (!(time > horizon_)) {
    throw InvalidArgument(
        "time", to_text(time, "ms"), "an arrival must come later than the horizon asked for",
        "the train may have gone on to " + to_text(horizon_, "ms") + "; hand it over before asking for that");
  }
  train_->hand(receptor, {time, size});
}

std::span<const Grazing> OpenTrain::grazings() const noexcept { return train_->grazings(); }

}  // namespace lapicque
