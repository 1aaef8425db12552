#include "projection_section.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"
#include "read_text.hpp"
#include "table.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr std::array projection_keys{
    Key{"from", R"("excitatory")", std::nullopt},
    Key{"to", R"("inhibitory")", std::nullopt},
    Key{"rule", R"("pairwise_bernoulli")", std::nullopt},
    Key{"probability", "0.02", std::nullopt},
    Key{"indegree", "80", std::nullopt},
    Key{"seed", "11", std::nullopt},
    Key{"autapses", "false", std::nullopt},
    Key{"multapses", "false", std::nullopt},
    Key{"file", R"("connections.csv")", std::nullopt},
    shape_key,
    synapse_tau_key,
    Key{"weight", R"("0.027 nA")", Dimension::current, 0},
    Key{"jump", R"("0.1 mV")", Dimension::voltage, 0},
    Key{"delay", R"("1.5 ms")", Dimension::time, 1},
};

constexpr std::array<std::string_view, 4> rules{"pairwise_bernoulli", "fixed_indegree", "all_to_all", "one_to_one"};
enum Rule : std::size_t { pairwise_bernoulli, fixed_indegree, all_to_all, one_to_one };

const Role source_role{"the sources", "source", "0", std::nullopt, " source sources pre presynaptic ", ""};
const Role target_role{"the targets", "target", "1", std::nullopt, " target targets post postsynaptic ", ""};
const Role delay_role{"the delays", "delay_ms", "1.5", Dimension::time, " delay delays ", ""};

/// floor of the real product u size, u = (word / 2^11) 2^-53.
std::size_t scaled_word(std::uint64_t word, std::uint64_t size) {
  const std::uint64_t bits = word >> 11;
  return ((bits >> 32) * size + ((bits & 0xffffffffU) * size >> 32)) >> 21;
}

/// Hands connections to a network as they come, many at a time.
class Wires {
 public:
  Wires(Network& network, Receptor receptor) : network_(network), receptor_(receptor) {}
  void add(std::size_t source, std::size_t target, double size, double delay) {
    made_.push_back({static_cast<std::uint32_t>(source), static_cast<std::uint32_t>(target), size, delay});
    if (made_.size() == at_once) flush();
  }
  void flush() {
    network_.connect(receptor_, made_);
    made_.clear();
  }

 private:
  static constexpr std::size_t at_once = 1 << 20;
  Network& network_;
  Receptor receptor_;
  std::vector<Connection> made_;
};

class Projection {
 public:
  Projection(Section& section, const ProjectionContext& context, Network& network)
      : section_(section), context_(context), network_(network) {}

  void operator()() {
    const std::size_t problems_before = section_.problems().count();
    sources_ = ends("from");
    targets_ = ends("to");
    const bool jumps = read_kind();
    const bool of_file = section_.has("file");
    const std::size_t rule = of_file ? rules.size() : section_.choice("rule", rules).value_or(rules.size());
    refuse_what_does_not_belong(of_file, rule);
    autapses_ = section_.flag("autapses", false);
    const bool multapses = section_.flag("multapses", false);
    const auto size_key = jumps ? "jump" : "weight";
    if (!of_file || section_.has(size_key)) size_ = section_.number(size_key);
    if (!of_file || section_.has("delay")) delay_ = read_delay();
    const double probability = rule == pairwise_bernoulli ? read_probability() : 0;
    const std::uint64_t indegree = rule == fixed_indegree ? section_.whole_number("indegree").value_or(0) : 0;
    std::optional<std::uint64_t> seed;
    if (rule == pairwise_bernoulli || rule == fixed_indegree) seed = section_.whole_number("seed");
    if (seed) context_.seeds.note(*seed, section_.path());
    if (of_file) {
      from_file(jumps, section_.problems().count() > problems_before);
      return;
    }
    if (rule == one_to_one && sources_.size() != targets_.size() && section_.problems().count() == problems_before) {
      section_.refuse("rule",
                      "one_to_one joins as many neurons as it has, and there are " + std::to_string(sources_.size()) +
                          " sources and " + std::to_string(targets_.size()) + " targets",
                      "choose populations of one size, or another rule");
    }
    if (rule == fixed_indegree && section_.problems().count() == problems_before)
      require_enough_sources(indegree, multapses);
    if (section_.problems().count() > problems_before) return;
    Wires wires(network_, receptor_);
    const auto join = [&](std::size_t i, std::size_t j) {
      if (autapses_ || sources_[i] != targets_[j]) wires.add(sources_[i], targets_[j], *size_, *delay_);
    };
    if (rule == one_to_one) {
      for (std::size_t i = 0; i < sources_.size(); ++i) join(i, i);
    } else if (rule == fixed_indegree) {
      for (std::size_t j = 0; j < targets_.size(); ++j) {
        for (const std::size_t i : drawn_sources(*seed, j, indegree, multapses)) join(i, j);
      }
    } else {
      for (std::size_t j = 0; j < targets_.size(); ++j) {
        for (std::size_t i = 0; i < sources_.size(); ++i) {
          if (rule == all_to_all || drawn_uniform(*seed, j, i) < probability) join(i, j);
        }
      }
    }
    wires.flush();
  }

 private:
  std::vector<std::size_t> ends(std::string_view key) {
    return context_.populations.members(section_.problems(), section_.line(key), section_.path_of(key),
                                        read_names(section_, key));
  }

  /// Whether it makes jumps.
  bool read_kind() {
    const bool jumps = section_.has("jump") || (section_.has("file") && !section_.has("shape") &&
                                                !section_.has("tau") && !section_.has("weight"));
    for (const auto key : {"shape", "tau", "weight"}) {
      if (jumps && section_.has(key))
        section_.refuse(key, "a spike makes a jump or a synaptic current, not both",
                        "leave out jump, or " + std::string(key));
    }
    if (jumps) {
      receptor_ = JumpReceptor{};
    } else {
      const SynapseShape shape = read_synapse_shape(section_);
      receptor_ = SynapticReceptor{shape.shape, shape.tau};
    }
    return jumps;
  }

  void refuse_what_does_not_belong(bool of_file, std::size_t rule) {
    const auto refuse = [&](std::string_view key, bool belongs, const std::string& what) {
      if (!belongs && section_.node(key) != nullptr) section_.refuse(key, "belongs to " + what, "leave it out");
    };
    if (!of_file && rule == rules.size()) return;
    refuse("rule", !of_file, "connections that no file lists");
    refuse("probability", rule == pairwise_bernoulli, "rule = \"pairwise_bernoulli\"");
    refuse("indegree", rule == fixed_indegree, "rule = \"fixed_indegree\"");
    refuse("seed", rule == pairwise_bernoulli || rule == fixed_indegree, "drawn connections");
  }

  double least_delay() const { return context_.until - std::nextafter(context_.until, 0); }

  double read_delay() {
    const auto make = [&] {
      const double delay = section_.number("delay");
      if (delay >= least_delay()) return delay;
      throw InvalidArgument(
          "delay", to_text(delay, "ms"),
          "must be at least one unit in the last place of run.until, " + to_text(least_delay(), "ms"));
    };
    return section_.build(make, 1.0);
  }

  double read_probability() {
    const auto* node = section_.node("probability");
    if (node == nullptr) {
      if (!section_.is_misspelt("probability")) section_.missing("probability");
      return 0;
    }
    const auto value = node->value<double>();
    if (value && node->is_number() && *value >= 0 && *value <= 1) return *value;
    section_.refuse("probability", "must be a number from 0 to 1", "write for example probability = 0.02");
    return 0;
  }

  void require_enough_sources(std::uint64_t indegree, bool multapses) {
    const bool any_is_target = !autapses_ && std::any_of(targets_.begin(), targets_.end(), [&](std::size_t n) {
      return std::find(sources_.begin(), sources_.end(), n) != sources_.end();
    });
    const std::size_t others = sources_.size() - (any_is_target ? 1 : 0);
    if (indegree == 0 || (multapses ? others > 0 : indegree <= others)) return;
    section_.refuse("indegree", "there are only " + std::to_string(others) + " sources that a neuron may have",
                    multapses ? "add some" : "choose fewer, or write multapses = true");
  }

  /// Places in sources_.
  std::vector<std::size_t> drawn_sources(std::uint64_t seed, std::size_t j, std::uint64_t indegree, bool multapses) {
    std::vector<std::size_t> drawn;
    if (taken_.size() != sources_.size()) taken_.assign(sources_.size(), false);
    for (std::uint64_t k = 0; drawn.size() < indegree; ++k) {
      const std::size_t i = scaled_word(drawn_word(seed, j, k), sources_.size());
      if (!autapses_ && sources_[i] == targets_[j]) continue;
      if (!multapses && taken_[i]) continue;
      taken_[i] = true;
      drawn.push_back(i);
    }
    for (const std::size_t i : drawn) taken_[i] = false;
    return drawn;
  }

  void from_file(bool jumps, bool is_wrong) {
    const auto name = section_.text("file");
    if (!name || is_wrong) return;
    try {
      const auto path = context_.files.folder / *name;
      const std::string text = read_text(path);
      const Table table = parse_table(text, path.string());
      context_.files.read.push_back(path);
      add_rows(table, jumps);
      context_.files.notes.insert(context_.files.notes.end(), table.notes.begin(), table.notes.end());
    } catch (const FileError& error) {
      for (const auto& problem : error.problems()) section_.problems().add(section_.line("file"), problem);
    }
  }

  struct Columns {
    std::optional<std::size_t> source, target, size, delay;
  };
  Columns columns_of(const Table& table, const Role& size_role) const {
    if (table.has_header()) {
      return {table.find(source_role, false), table.find(target_role, false), table.find(size_role, false),
              table.find(delay_role, false)};
    }
    const auto column = [&](std::size_t k) { return k < table.width ? std::optional(k) : std::nullopt; };
    return {column(0), column(1), column(2), column(3)};
  }

  void add_rows(const Table& table, bool jumps) {
    table.require_names();
    const Role& size_role = jumps ? jump_role : weight_role;
    const Role& other_role = jumps ? weight_role : jump_role;
    const Columns columns = columns_of(table, size_role);
    const auto missing = [&](const std::string& what, const char* mend) {
      table.refuse(table.first_line(), "there is no column " + what, mend);
    };
    if (table.rows() == 0) return;
    if (!columns.source) missing("source", "name the columns source, target, weight_nA or jump_mV, delay_ms");
    if (!columns.target) missing("target", "name the columns source, target, weight_nA or jump_mV, delay_ms");
    if (table.has_header() && !columns.size && table.find(other_role, false))
      table.refuse(table.header_line,
                   std::string("there is a column ") + other_role.example + ", and the projection makes " +
                       (jumps ? "jumps" : "synaptic currents"),
                   jumps ? "give the projection shape and tau" : "leave out shape, tau and weight");
    if (!columns.size && !size_) missing(size_role.example, jumps ? "or write jump = \"0.1 mV\"" : "or write weight");
    if (!columns.delay && !delay_) missing("delay_ms", "or write delay = \"1.5 ms\"");
    const auto sizes = columns.size ? numbers(table, *columns.size, size_role, unit_of(table, *columns.size, size_role))
                                    : std::vector(table.rows(), size_.value_or(0));
    const auto delays = columns.delay
                            ? numbers(table, *columns.delay, delay_role, unit_of(table, *columns.delay, delay_role))
                            : std::vector(table.rows(), delay_.value_or(1));
    Wires wires(network_, receptor_);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::size_t source = number(table, row, *columns.source, sources_);
      const std::size_t target = number(table, row, *columns.target, targets_);
      if (!(delays[row] >= least_delay()))
        table.refuse(
            table.lines[row],
            "the delay " + to_text(delays[row], "ms") + " is shorter than one unit in the last place of run.until",
            "choose a longer one");
      wires.add(source, target, sizes[row], delays[row]);
    }
    wires.flush();
  }

  static std::string unit_of(const Table& table, std::size_t column, const Role& role) {
    return table.has_header() ? usual_spelling(table.unit(column), *role.dimension) : std::string();
  }

  /// The neuron through the network that a cell's number among these is.
  static std::size_t number(const Table& table, std::size_t row, std::size_t column,
                            const std::vector<std::size_t>& neurons) {
    const auto value = value_of(table, row, column);
    if (!value || *value != std::floor(*value) || *value < 0 || *value >= static_cast<double>(neurons.size()))
      table.refuse(table.lines[row],
                   table.name(column) + " = " + shown(table.cell(row, column)) + ": must be a whole number from 0 to " +
                       std::to_string(neurons.size() - 1),
                   "neurons are numbered from 0, and on over the populations listed");
    return neurons[static_cast<std::size_t>(*value)];
  }

  Section& section_;
  const ProjectionContext& context_;
  Network& network_;
  std::vector<std::size_t> sources_, targets_;
  Receptor receptor_;
  bool autapses_ = false;
  std::optional<double> size_, delay_;
  std::vector<char> taken_;
};

}  // namespace

void read_projection(Problems& problems, const toml::table& table, const std::string& path,
                     const ProjectionContext& context, Network& network) {
  Section section(problems, table, path, "a projection", projection_keys);
  Projection(section, context, network)();
}

}  // namespace lapicque::detail
