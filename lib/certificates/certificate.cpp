#include "lapicque/certificates/certificate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string_view>

#include "lapicque/error.hpp"
#include "lapicque/files/file_error.hpp"

namespace lapicque {
namespace {

using Json = nlohmann::json;

constexpr std::string_view format_name = "lapicque certificate";
constexpr int format_version = 1;

// In the order of the enumerators.
constexpr std::array<std::string_view, 3> kinds{"crossing", "jump", "coincidence"};
constexpr std::array<std::string_view, 5> rules{"above", "bounded", "jump", "clamped", "touch"};
constexpr std::array<std::string_view, 3> ends{"", "below", "above"};

template <class Enumerator, std::size_t Count>
std::string_view name_of(const std::array<std::string_view, Count>& names, Enumerator value) {
  return names[static_cast<std::size_t>(value)];
}

/// The key under which a stretch has its bound; empty if it has none.
std::string_view bound_key(Certificate::Rule rule) {
  return rule == Certificate::Rule::bounded ? "bound_mV" : rule == Certificate::Rule::touch ? "distance_mV" : "";
}

class Hash {
 public:
  Hash& operator<<(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) {
      hash_ ^= (bits >> shift) & 0xFF;
      hash_ *= 0x100000001B3;
    }
    return *this;
  }
  template <class Element>
  Hash& operator<<(const std::vector<Element>& list) {
    *this << static_cast<double>(list.size());
    for (const Element& element : list) *this << element;
    return *this;
  }
  Hash& operator<<(const Event& event) { return *this << event.time << event.size; }
  Hash& operator<<(const Step& piece) { return *this << piece.start << piece.stop << piece.amplitude; }
  Hash& operator<<(const Ramp& piece) { return *this << piece.start << piece.stop << piece.from << piece.to; }
  Hash& operator<<(const Sinusoid& piece) {
    return *this << piece.start << piece.stop << piece.amplitude << piece.frequency << piece.phase;
  }
  Hash& operator<<(const Samples& piece) {
    return *this << piece.start << piece.step << (piece.hold == Hold::linear ? 1.0 : 0.0) << *piece.values;
  }
  Hash& operator<<(const Pulses& piece) { return *this << *piece.events; }
  Hash& operator<<(const Synapse& piece) {
    return *this << (piece.shape == Shape::alpha ? 1.0 : 0.0) << piece.tau << *piece.events;
  }

  std::string text() const {
    std::string result;
    for (int shift = 60; shift >= 0; shift -= 4) result += "0123456789abcdef"[(hash_ >> shift) & 0xF];
    return result;
  }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325;
};

/// Reads one entry after the other, and says which one cannot be used.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  [[noreturn]] void refuse(const std::string& key, const std::string& value, const std::string& rule) const {
    throw FileError({{name_, 0, key, value.substr(0, 60), rule, ""}});
  }

  const Json& at(const Json& object, const char* key, const std::string& place) const {
    if (!object.is_object()) refuse(place, object.dump(), "must be an object");
    const auto found = object.find(key);
    if (found == object.end()) refuse("", "", place + key + " is missing");
    return *found;
  }

  std::string text(const Json& object, const char* key, const std::string& place) const {
    const Json& value = at(object, key, place);
    if (!value.is_string()) refuse(place + key, value.dump(), "must be a text");
    return value.get<std::string>();
  }

  template <class Enumerator, std::size_t Count>
  Enumerator choice(const std::array<std::string_view, Count>& names, const Json& object, const char* key,
                    const std::string& place) const {
    const std::string value = text(object, key, place);
    const auto found = std::find(names.begin(), names.end(), value);
    if (found == names.end() || value.empty()) {
      std::string list;
      for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
      refuse(place + key, '"' + value + '"', "must be one of " + list);
    }
    return static_cast<Enumerator>(found - names.begin());
  }

  std::size_t count(const Json& object, const char* key, const std::string& place) const {
    const Json& value = at(object, key, place);
    if (!value.is_number_unsigned()) refuse(place + key, value.dump(), "must be a whole number, not negative");
    return value.get<std::size_t>();
  }

  const Json& list(const Json& object, const char* key) const {
    const Json& value = at(object, key, "");
    if (!value.is_array()) refuse(key, value.dump(), "must be a list");
    return value;
  }

 private:
  const std::string& name_;
};

/// Refuses what the parser would take without a word: a key that an object has twice, of which it keeps the last, and
/// lists in lists without end, which overflow the stack as soon as a message shows them.
class Strictness {
 public:
  explicit Strictness(const std::string& name) : name_(name) {}

  /// For each thing that the parser meets. @throws FileError
  void operator()(Json::parse_event_t event, const Json& value) {
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        return enter();
      case Json::parse_event_t::key:
        return add_key(value.get<std::string>());
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end:
        open_.pop_back();
        return leave();
      case Json::parse_event_t::value:
        leave();
    }
  }

 private:
  /// An object or a list that is being read.
  struct Level {
    std::set<std::string> keys{};
    std::string key{};      // of an object: the last one
    std::size_t count = 0;  // of a list: its entries before this one
  };

  void enter() {
    constexpr std::size_t most_levels = 100;
    if (open_.size() == most_levels) {
      refuse("is not a certificate: it is nested more than " + std::to_string(most_levels) + " deep");
    }
    open_.emplace_back();
  }
  void add_key(std::string key) {
    Level& level = open_.back();
    level.key = std::move(key);
    if (!level.keys.insert(level.key).second) refuse(place() + " is given twice");
  }
  void leave() {
    if (!open_.empty()) ++open_.back().count;
  }

  std::string place() const {
    std::string text;
    for (const Level& level : open_) {
      if (level.keys.empty()) {
        text.append("[").append(std::to_string(level.count)).append("]");
      } else {
        text.append(text.empty() ? "" : ".").append(level.key.substr(0, 60));
      }
    }
    return text;
  }

  [[noreturn]] void refuse(const std::string& rule) const { throw FileError({{name_, 0, "", "", rule, ""}}); }

  const std::string& name_;
  std::vector<Level> open_{};  // the outermost first
};

std::string place_of(const char* list, std::size_t index) {
  return std::string(list).append("[").append(std::to_string(index)).append("].");
}

void append(std::string& text, std::string_view key, std::string_view value) {
  text.append(", \"").append(key).append("\": \"").append(value).append("\"");
}

}  // namespace

std::string_view name_of(Certificate::Rule rule) { return name_of(rules, rule); }

std::size_t Certificate::assumptions() const {
  const auto coincidences =
      std::count_if(spikes.begin(), spikes.end(), [](const Spike& spike) { return spike.kind == Kind::coincidence; });
  const auto touches = std::count_if(stretches.begin(), stretches.end(),
                                     [](const Stretch& stretch) { return stretch.rule == Rule::touch; });
  return static_cast<std::size_t>(coincidences + touches);
}

std::string fingerprint(const Neuron& neuron, const Current& current, double until) {
  if (!neuron.is_plain()) {
    throw InvalidArgument("neuron", "with other resets, refractoriness or after-spike parts",
                          "certificates are of neurons that are reset to their reset, clamped there, and raise nothing",
                          "leave reset_rule, refractory_rule and after_spike out");
  }
  Hash hash;
  hash << neuron.rest() << neuron.reset() << neuron.threshold() << neuron.resistance() << neuron.tau()
       << neuron.refractory() << neuron.initial() << until;
  // Of each kind the number comes first, 0 included.
  const auto pieces = current.pieces();
  auto piece = pieces.begin();
  for (std::size_t kind = 0; kind < std::variant_size_v<Piece>; ++kind) {
    const auto end = std::find_if(piece, pieces.end(), [kind](const Piece& p) { return p.index() > kind; });
    hash << static_cast<double>(end - piece);
    for (; piece != end; ++piece) std::visit([&hash](const auto& its) { hash << its; }, *piece);
  }
  return hash.text();
}

std::string to_json(const Certificate& certificate) {
  std::string text = "{\"format\": \"" + std::string(format_name) +
                     "\",\n \"version\": " + std::to_string(format_version) + ",\n \"experiment\": \"" +
                     certificate.experiment + "\",\n \"until_ms\": \"" + certificate.until + "\",\n \"width_ms\": \"" +
                     certificate.width + "\",\n \"assumptions\": " + std::to_string(certificate.assumptions()) +
                     ",\n \"spikes\": [";
  for (const auto& [low, high, kind] : certificate.spikes) {
    text.append(&low == &certificate.spikes.front().low ? "\n  {" : ",\n  {");
    text.append("\"low_ms\": \"").append(low).append("\"");
    append(text, "high_ms", high);
    append(text, "kind", name_of(kinds, kind));
    text.append("}");
  }
  text.append("],\n \"stretches\": [");
  for (const Certificate::Stretch& stretch : certificate.stretches) {
    text.append(&stretch == &certificate.stretches.front() ? "\n  {" : ",\n  {");
    text.append("\"rule\": \"").append(name_of(rules, stretch.rule)).append("\"");
    append(text, "from_ms", stretch.from);
    append(text, "to_ms", stretch.to);
    if (const auto key = bound_key(stretch.rule); !key.empty()) append(text, key, stretch.bound);
    if (stretch.end != Certificate::End::none) append(text, "end", name_of(ends, stretch.end));
    if (stretch.spike != 0) text.append(", \"spike\": ").append(std::to_string(stretch.spike));
    text.append("}");
  }
  return text + "]}\n";
}

Certificate parse_certificate(const std::string& json, const std::string& name) {
  const Reader reader(name);
  // The parser takes a NUL for the end, whatever follows.
  if (json.find('\0') != std::string::npos) {
    throw FileError({{name, 0, "", "", "is not a certificate: it has a NUL byte", ""}});
  }
  Json object;
  Strictness strictness(name);
  try {
    object = Json::parse(json, [&](int, Json::parse_event_t event, const Json& value) {
      strictness(event, value);
      return true;
    });
  } catch (const Json::exception& error) {
    throw FileError({{name, 0, "", "", "is not a certificate: it is no JSON text", ""}});
  }
  if (!object.is_object() || !object.contains("format") || object["format"] != format_name) {
    throw FileError({{name, 0, "", "", "is not a certificate: format is not \"" + std::string(format_name) + "\"",
                      "make one with lapicque run --certify"}});
  }
  const Json& version = reader.at(object, "version", "");
  if (!version.is_number_unsigned() || version != format_version) {
    reader.refuse("version", version.dump(), "only version 1 can be read");
  }

  Certificate certificate{reader.text(object, "experiment", ""),
                          reader.text(object, "until_ms", ""),
                          reader.text(object, "width_ms", ""),
                          {},
                          {}};
  for (const Json& entry : reader.list(object, "spikes")) {
    const std::string place = place_of("spikes", certificate.spikes.size());
    certificate.spikes.push_back({reader.text(entry, "low_ms", place), reader.text(entry, "high_ms", place),
                                  reader.choice<Certificate::Kind>(kinds, entry, "kind", place)});
  }
  for (const Json& entry : reader.list(object, "stretches")) {
    const std::string place = place_of("stretches", certificate.stretches.size());
    Certificate::Stretch stretch{reader.choice<Certificate::Rule>(rules, entry, "rule", place),
                                 reader.text(entry, "from_ms", place),
                                 reader.text(entry, "to_ms", place),
                                 Certificate::End::none,
                                 {},
                                 0};
    if (entry.contains("end")) stretch.end = reader.choice<Certificate::End>(ends, entry, "end", place);
    if (const auto key = bound_key(stretch.rule); !key.empty()) {
      stretch.bound = reader.text(entry, std::string(key).c_str(), place);
    }
    if (entry.contains("spike")) stretch.spike = reader.count(entry, "spike", place);
    certificate.stretches.push_back(std::move(stretch));
  }
  if (reader.count(object, "assumptions", "") != certificate.assumptions()) {
    reader.refuse("assumptions", object["assumptions"].dump(),
                  "must be the number of touches and coincidences, " + std::to_string(certificate.assumptions()));
  }
  return certificate;
}

Certificate read_certificate(const std::filesystem::path& file) {
  std::error_code ignored;
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file, ignored)) {
    const std::string reason = in ? "is a folder" : std::string("cannot be read: ") + std::strerror(errno);
    throw FileError({{file.string(), 0, "", "", reason, "check the path"}});
  }
  std::ostringstream text;
  text << in.rdbuf();
  return parse_certificate(text.str(), file.string());
}

}  // namespace lapicque
