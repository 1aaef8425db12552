#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "lapicque/files/quantity.hpp"

namespace lapicque::python {

namespace py = pybind11;

using Array = py::array_t<double, py::array::c_style>;

/// A number in the base unit of its dimension: from a number, which is in that unit already; from a text with a unit,
/// as experiment files have them ("2.5 nA"); or from a quantity of Brian 2, quantities, pint or astropy, which are told
/// by what they can do.
/// @param name  the argument's, for messages
/// @return  empty for what is none of these
/// @throws InvalidArgument  as parse_quantity, with `name` as its subject()
std::optional<double> number_of(py::handle object, Dimension dimension, const char* name);

/// The same for an array or a sequence of any shape. One of float64 that is contiguous is not copied.
std::optional<Array> array_of(py::handle object, Dimension dimension, const char* name);

/// "0.005 s" for a quantity; empty for what is none.
std::optional<std::string> quantity_text(py::handle object);

/// A text as a template's argument.
template <std::size_t n>
struct Name {
  char text[n];
  constexpr Name(const char (&given)[n]) { std::copy_n(given, n, text); }  // NOLINT(google-explicit-constructor)
};

/// An argument that is a quantity, under the name that messages call it by. What it takes: see number_of.
template <Dimension in, Name called>
struct Quantity {
  static constexpr Dimension dimension = in;
  static constexpr const char* name = called.text;
  double value = 0;
  operator double() const noexcept { return value; }  // NOLINT(google-explicit-constructor): it is one
};

/// The same for one number or an array of any shape.
template <Dimension in, Name called>
struct Quantities {
  static constexpr Dimension dimension = in;
  static constexpr const char* name = called.text;
  Array values;
  operator std::span<const double>() const noexcept {  // NOLINT(google-explicit-constructor): its numbers in a row
    return {values.data(), static_cast<std::size_t>(values.size())};
  }
};

template <Name called>
using Time = Quantity<Dimension::time, called>;
template <Name called>
using Potential = Quantity<Dimension::voltage, called>;
template <Name called>
using Amplitude = Quantity<Dimension::current, called>;
template <Name called>
using Rate = Quantity<Dimension::frequency, called>;
template <Name called>
using Angle = Quantity<Dimension::angle, called>;
template <Name called>
using Resistance = Quantity<Dimension::resistance, called>;
template <Name called>
using Times = Quantities<Dimension::time, called>;
template <Name called>
using Potentials = Quantities<Dimension::voltage, called>;
template <Name called>
using Amplitudes = Quantities<Dimension::current, called>;
template <Name called>
using Rates = Quantities<Dimension::frequency, called>;

}  // namespace lapicque::python

namespace pybind11::detail {

template <lapicque::Dimension dimension, lapicque::python::Name called>
struct type_caster<lapicque::python::Quantity<dimension, called>> {
  using Type = lapicque::python::Quantity<dimension, called>;
  PYBIND11_TYPE_CASTER(Type, const_name("float"));

  bool load(handle source, bool /*convert*/) {
    if (PyFloat_CheckExact(source.ptr())) {
      value.value = PyFloat_AS_DOUBLE(source.ptr());
      return true;
    }
    const auto number = lapicque::python::number_of(source, dimension, Type::name);
    if (number) value.value = *number;
    return number.has_value();
  }
  static handle cast(const Type& source, return_value_policy /*policy*/, handle /*parent*/) {
    return PyFloat_FromDouble(source.value);
  }
};

template <lapicque::Dimension dimension, lapicque::python::Name called>
struct type_caster<lapicque::python::Quantities<dimension, called>> {
  using Type = lapicque::python::Quantities<dimension, called>;
  PYBIND11_TYPE_CASTER(Type, const_name("numpy.ndarray[numpy.float64]"));

  bool load(handle source, bool /*convert*/) {
    auto array = lapicque::python::array_of(source, dimension, Type::name);
    if (array) value.values = std::move(*array);
    return array.has_value();
  }
  static handle cast(const Type& source, return_value_policy /*policy*/, handle /*parent*/) {
    return source.values.inc_ref();
  }
};

}  // namespace pybind11::detail
