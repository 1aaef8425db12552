#include "quantity.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "lapicque/error.hpp"

namespace lapicque::python {
namespace {

/// "m2 kg s-3 A-1": a unit of Brian 2, which knows the exponents of the SI's units; empty for a plain number.
std::string brian_unit(py::handle dim) {
  static constexpr std::array<std::pair<const char*, const char*>, 7> units{{{"length", "m"},
                                                                             {"mass", "kg"},
                                                                             {"time", "s"},
                                                                             {"current", "A"},
                                                                             {"temperature", "K"},
                                                                             {"substance", "mol"},
                                                                             {"luminosity", "cd"}}};
  std::string unit;
  for (const auto& [quantity, symbol] : units) {
    const auto power = dim.attr("get_dimension")(quantity).cast<double>();
    if (power == 0) continue;
    unit.append(unit.empty() ? "" : " ").append(symbol);
    if (power != 1) unit += to_text(power);
  }
  return unit;
}

/// A quantity taken apart.
struct Parts {
  std::string unit;    ///< as UDUNITS-2 reads it; empty for a plain number
  py::object numbers;  ///< in that unit: a number or an array
};

std::optional<Parts> parts_of(py::handle object) {
  if (py::hasattr(object, "dim") && py::hasattr(object.attr("dim"), "get_dimension")) {  // Brian 2: in SI units inside
    return Parts{brian_unit(object.attr("dim")), py::module_::import("numpy").attr("array")(object)};
  }
  const char* numbers = nullptr;
  py::object unit;
  if (py::hasattr(object, "magnitude") && py::hasattr(object, "units")) {  // pint, quantities
    numbers = "magnitude";
    const bool has_string =
        py::hasattr(object, "dimensionality") && py::hasattr(object.attr("dimensionality"), "string");
    unit = has_string ? object.attr("dimensionality").attr("string") : object.attr("units");
  } else if (py::hasattr(object, "value") && py::hasattr(object, "unit")) {  // astropy
    numbers = "value";
    unit = object.attr("unit");
  } else {
    return std::nullopt;
  }
  std::string text = py::str(unit);
  if (text == "dimensionless") text.clear();
  return Parts{text, object.attr(numbers)};
}

std::string with_unit(double number, const std::string& unit) { return to_text(number) + " " + unit; }

/// parse_quantity with the argument's name in the message, and the value as its owner would print it.
template <class Shown>
double parse(const std::string& text, Dimension dimension, const char* name, Shown shown) {
  try {
    return parse_quantity(text, dimension);
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(name, shown(), error.rule(), error.mend());
  }
}

bool is_text(py::handle object) { return py::isinstance<py::str>(object); }

bool is_sequence(py::handle object) { return py::isinstance<py::list>(object) || py::isinstance<py::tuple>(object); }

/// What numpy makes of an object; empty where that is nothing.
std::optional<Array> array(py::handle object) {
  auto made = Array::ensure(object);  // clears the error of numpy's, if there is one
  return made ? std::optional(std::move(made)) : std::nullopt;
}

}  // namespace

std::optional<std::string> quantity_text(py::handle object) {
  const auto parts = parts_of(object);
  if (!parts) return std::nullopt;
  return with_unit(py::float_(parts->numbers), parts->unit);
}

std::optional<double> number_of(py::handle object, Dimension dimension, const char* name) {
  if (PyFloat_Check(object.ptr()) != 0) return PyFloat_AsDouble(object.ptr());
  if (is_text(object)) {
    const auto text = object.cast<std::string>();
    return parse(text, dimension, name, [&] { return '"' + text + '"'; });
  }
  if (object.is_none() || is_sequence(object)) return std::nullopt;
  py::object number = py::reinterpret_borrow<py::object>(object);
  if (PyLong_Check(object.ptr()) == 0) {
    if (auto parts = parts_of(object)) {
      number = std::move(parts->numbers);
      if (!parts->unit.empty()) {
        return parse(with_unit(py::float_(number), parts->unit), dimension, name,
                     [&] { return std::string(py::str(object)); });
      }
    }
  }
  const double value = PyFloat_AsDouble(number.ptr());
  if (value == -1 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return std::nullopt;
  }
  return value;
}

std::optional<Array> array_of(py::handle object, Dimension dimension, const char* name) {
  if (py::isinstance<Array>(object) && !py::hasattr(object, "dim") && !py::hasattr(object, "units") &&
      !py::hasattr(object, "unit")) {
    return py::reinterpret_borrow<Array>(object);
  }
  if (object.is_none()) return std::nullopt;
  if (is_text(object) || PyFloat_Check(object.ptr()) != 0) {
    const double value = *number_of(object, dimension, name);
    Array single{std::vector<py::ssize_t>{}};
    *single.mutable_data() = value;
    return single;
  }
  if (const auto parts = parts_of(object)) {
    auto numbers = array(parts->numbers);
    if (!numbers || parts->unit.empty()) return numbers;
    Array values(std::vector<py::ssize_t>(numbers->shape(), numbers->shape() + numbers->ndim()));
    for (py::ssize_t k = 0; k < numbers->size(); ++k) {
      const std::string text = with_unit(numbers->data()[k], parts->unit);
      values.mutable_data()[k] = parse(text, dimension, name, [&] { return text; });
    }
    return values;
  }
  if (!is_sequence(object)) return array(object);
  std::vector<double> values;  // of elements that may be texts and quantities, which numpy would make something else of
  for (const auto element : object) {
    if (is_sequence(element) || (py::isinstance<py::array>(element) && !parts_of(element))) return array(object);
    const auto value = number_of(element, dimension, name);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return Array(static_cast<py::ssize_t>(values.size()), values.data());
}

}  // namespace lapicque::python
