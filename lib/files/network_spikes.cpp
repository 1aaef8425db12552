#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "lapicque/error.hpp"
#include "lapicque/files/network_file.hpp"
#include "read_text.hpp"
#include "table.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

using detail::Table;

/// Whether a column has whole numbers without a decimal point.
bool is_whole(const Table& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.cell(row, column).find_first_not_of("0123456789") != std::string_view::npos) return false;
  }
  return table.rows() > 0;
}

struct Columns {
  std::size_t neuron, time;
};

Columns columns_of(const Table& table) {
  if (table.has_header()) {
    const auto neuron = table.find(detail::neuron_role);
    const auto time = table.find(detail::time_role);
    if (!neuron || !time)
      table.refuse(table.header_line,
                   std::string("there is no column of ") + (neuron ? "times" : "neurons") + ", but " + table.names(),
                   "name the columns neuron and time_ms");
    return {*neuron, *time};
  }
  if (table.width < 2)
    table.refuse(table.first_line(), "there is one column only", "write a column of neurons and one of times");
  const bool first = is_whole(table, 0);
  const bool second = is_whole(table, 1);
  if (first == second)
    table.refuse(table.first_line(), "there is no header, and the neurons may be in either of the columns 1 and 2",
                 "write a header: neuron,time_ms");
  return first ? Columns{0, 1} : Columns{1, 0};
}

/// The step of the last decimal, in the column's unit, where all times are written with one number of decimals, 2 to 6;
/// 0 where they are not, as times in their shortest form are.
double printed_step(const Table& table, std::size_t column) {
  constexpr std::size_t fewest_rows = 10;
  constexpr std::size_t fewest = 2;
  constexpr std::size_t most = 6;
  const auto decimals = [&](std::size_t row) {
    const auto text = table.cell(row, column);
    const auto point = text.find('.');
    return point == std::string_view::npos ? 0 : text.size() - point - 1;
  };
  if (table.rows() < fewest_rows || decimals(0) < fewest || decimals(0) > most) return 0;
  for (std::size_t row = 1; row < table.rows(); ++row) {
    if (decimals(row) != decimals(0)) return 0;
  }
  return std::pow(10.0, -static_cast<double>(decimals(0)));
}

}  // namespace

NetworkSpikeFile read_network_spikes(const std::filesystem::path& file, std::size_t size,
                                     const NetworkSpikeFormat& format) {
  const std::string text = detail::read_text(file);
  Table table = detail::parse_table(text, detail::name_of(file));
  NetworkSpikeFile read;
  if (table.rows() == 0) return read;
  table.require_names();
  const Columns columns = columns_of(table);
  const std::string unit = !format.unit.empty() ? format.unit
                           : table.has_header() ? detail::usual_spelling(table.unit(columns.time), Dimension::time)
                                                : std::string();
  const auto times = detail::numbers(table, columns.time, detail::time_role, unit);
  const auto ids = detail::numbers(table, columns.neuron, detail::count_role, "");
  read.resolution =
      printed_step(table, columns.time) * (unit.empty() ? 1 : parse_quantity("1 " + unit, Dimension::time));

  std::uint64_t first = format.first_id.value_or(0);
  const auto least = *std::min_element(ids.begin(), ids.end());
  const auto most = *std::max_element(ids.begin(), ids.end());
  if (!format.first_id) {
    const auto& words = table.has_header() ? table.headings[columns.neuron].words : std::vector<std::string>{};
    const bool is_nests = std::any_of(words.begin(), words.end(),
                                      [](const std::string& word) { return word == "sender" || word == "senders"; });
    if (is_nests && least >= 1) {
      first = 1;
      table.note(table.header_line, "the column " + table.name(columns.neuron) +
                                        " is taken to number neurons from 1, as NEST does; else say --first-id");
    } else if (least >= 1 && most == static_cast<double>(size)) {
      table.refuse(table.first_line(),
                   "there is a neuron " + to_text(most) + " and none 0: the network's are numbered from 0 to " +
                       std::to_string(size - 1),
                   "say with --first-id 1 if this file numbers them from 1");
    }
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double number = ids[row] - static_cast<double>(first);
    if (number < 0 || number >= static_cast<double>(size) || number != std::floor(number))
      table.refuse(table.lines[row],
                   "there is no neuron " + detail::shown(table.cell(row, columns.neuron)) + ": the network's " +
                       std::to_string(size) + " are numbered from " + std::to_string(first),
                   "say with --first-id which number the first neuron has");
    read.spikes.push_back({static_cast<std::uint32_t>(number), times[row]});
  }
  std::sort(read.spikes.begin(), read.spikes.end(), [](const NetworkSpike& a, const NetworkSpike& b) {
    return a.time != b.time ? a.time < b.time : a.neuron < b.neuron;
  });
  read.notes = std::move(table.notes);
  return read;
}

}  // namespace lapicque
