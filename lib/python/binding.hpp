#pragma once

#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lapicque/error.hpp"
#include "quantity.hpp"

// What the files of the Python module have in common. Each of them binds what one or two headers of include/lapicque
// hold, under the same names; nothing is worked out here.

namespace lapicque::python {

using namespace pybind11::literals;  // NOLINT(google-build-using-namespace): "name"_a

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A vector as an array that owns it: nothing is copied.
template <class T>
py::array_t<T> to_array(std::vector<T> values) {
  auto owner = std::make_unique<std::vector<T>>(std::move(values));
  const T* const data = owner->data();
  const auto size = static_cast<py::ssize_t>(owner->size());
  const py::capsule free(owner.release(), [](void* vector) { delete static_cast<std::vector<T>*>(vector); });
  return py::array_t<T>(size, data, free);
}

/// The numbers of an array in a row, which `owner` keeps: nothing is copied, nothing can be written.
template <class T>
py::array_t<T> view(const std::vector<T>& values, py::handle owner) {
  py::array_t<T> array(static_cast<py::ssize_t>(values.size()), values.data(), owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}

/// The GIL is released while one of these lives, and Ctrl-C ends the work at the next poll().
class Interruptible {
 public:
  /// Looks for signals some ten times a second, however often it is called. @throws py::error_already_set
  void poll() {
    if (++calls_ < stride_) return;
    calls_ = 0;
    const auto now = Clock::now();
    stride_ = now - last_call_ < std::chrono::microseconds(100) ? std::min(2 * stride_, 1024U) : 1;
    last_call_ = now;
    if (now - last_look_ < std::chrono::milliseconds(100)) return;
    last_look_ = now;
    look();
  }

  /// Looks for signals now.
  static void look() {
    const py::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }

 private:
  using Clock = std::chrono::steady_clock;
  py::gil_scoped_release released_;
  Clock::time_point last_look_ = Clock::now();
  Clock::time_point last_call_ = last_look_;
  unsigned stride_ = 1;
  unsigned calls_ = 0;
};

/// f of each element of the arrays, which are broadcast against each other as numpy does: an array of their common
/// shape, or a number where all are numbers.
template <class F, class... Arrays>
py::object elementwise(F f, const Arrays&... arrays) {
  using Result = decltype(f((static_cast<void>(arrays), 0.0)...));
  if (((arrays.values.ndim() == 0) && ...)) return py::cast(f(*arrays.values.data()...));
  const py::module_ numpy = py::module_::import("numpy");
  const py::list broadcast(numpy.attr("broadcast_arrays")(arrays.values...));
  std::array<Array, sizeof...(Arrays)> in;
  for (std::size_t k = 0; k < in.size(); ++k) in[k] = Array::ensure(broadcast[k]);
  py::array_t<Result> out(std::vector<py::ssize_t>(in[0].shape(), in[0].shape() + in[0].ndim()));
  Result* const to = out.mutable_data();
  const auto size = out.size();
  std::array<const double*, sizeof...(Arrays)> from;
  for (std::size_t k = 0; k < in.size(); ++k) from[k] = in[k].data();
  {
    Interruptible released;
    for (py::ssize_t i = 0; i < size; ++i, released.poll()) {
      [&]<std::size_t... k>(std::index_sequence<k...>) { to[i] = f(from[k][i]...); }
      (std::index_sequence_for<Arrays...>{});
    }
  }
  return out;
}

/// The names of an enumeration's values in Python, in their order, and what they are called in messages.
template <class Enum>
struct Names;

/// Enumerations are texts in Python; names.hpp makes it pybind11's caster of each.
template <class Enum>
struct EnumCaster {
  PYBIND11_TYPE_CASTER(Enum, py::detail::const_name("str"));

  bool load(py::handle source, bool /*convert*/) {
    if (!py::isinstance<py::str>(source)) return false;
    const auto given = source.cast<std::string>();
    const auto& names = Names<Enum>::values;
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (given != names[k]) continue;
      value = static_cast<Enum>(k);
      return true;
    }
    std::string all;
    for (const char* known : names) all.append(all.empty() ? "" : ", ").append(known);
    throw InvalidArgument(Names<Enum>::what, '"' + given + '"', "there is none of this name", "give one of " + all);
  }
  static py::handle cast(Enum source, py::return_value_policy /*policy*/, py::handle /*parent*/) {
    return py::str(Names<Enum>::values[static_cast<std::size_t>(source)]).release();
  }
};

/// "NAME(KEY=VALUE, ...)".
std::string call_text(const std::string& name, const std::vector<std::pair<const char*, std::string>>& arguments);

/// A table of two columns for notebooks.
std::string html_table(const std::string& title, const std::vector<std::pair<std::string, std::string>>& rows);

/// Sets the exception type of the module and translates the library's errors.
void bind_errors(py::module_& module);

void bind_neuron(py::module_& module);
void bind_current(py::module_& module);
void bind_trains(py::module_& module);
void bind_population(py::module_& module);
void bind_excitability(py::module_& module);
void bind_response(py::module_& module);
void bind_stepper(py::module_& module);
void bind_convention(py::module_& module);
void bind_comparison(py::module_& module);
void bind_diagnosis(py::module_& module);
void bind_estimation(py::module_& module);
void bind_files(py::module_& module);
void bind_certificates(py::module_& module);

}  // namespace lapicque::python
