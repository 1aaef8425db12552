#include "spelling.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace lapicque::detail {
namespace {

/// What a key is called elsewhere (Brian, NEST, PyNN, NEURON, textbooks), as plain() writes it, spaces between.
struct OtherNames {
  std::string_view key;
  std::string_view names;
  std::string_view beside{};      ///< only where this key is known as well
  std::string_view not_beside{};  ///< only where it is not
};

constexpr std::array other_names{
    OtherNames{"rest",
               "vrest urest erest el eleak vl vleak eleakage epas erev vresting restingpotential restpotential "
               "restingvoltage restvoltage restingmembranepotential leakreversal"},
    OtherNames{"reset", "vreset ureset ereset vre ures vres vr ur resetpotential resetvoltage vafterspike"},
    OtherNames{"threshold",
               "thresh thres vth uth eth vt ut vthr vthresh uthresh vthreshold uthreshold theta thetarest thr vtheta "
               "uthr theta0 vpeak "
               "thresholdpotential thresholdvoltage firingthreshold spikethreshold"},
    OtherNames{"resistance", "r rm rmem rmembrane rin rinput rleak inputresistance membraneresistance"},
    OtherNames{"tau", "taum taumem taumemb taumembrane tauv tauleak membranetimeconstant timeconstant tm", "threshold"},
    OtherNames{"capacitance", "c cm cmem cmembrane cap membranecapacitance capacity"},
    OtherNames{"leak_conductance",
               "g gl gleak gm gmem gpas grest gmembrane leak conductance membraneconductance leakageconductance "
               "gbarleak gleakage leakg conductanceleak"},
    OtherNames{"refractory",
               "tref tauref taurefr trefr trefrac taurefrac taurefractory trefractory refrac refr ref trp taurp tarp "
               "tauarp tabs tauabs deltaabs dabs refractoriness refractoryperiod refractorytime absoluterefractory "
               "absoluterefractoryperiod refperiod tauabsref tabsref rp deadtime"},
    OtherNames{"initial",
               "v0 u0 vinit uinit vinitial uinitial v u vm um vstart init start initialpotential initialvoltage "
               "startpotential"},
    OtherNames{
        "until",
        "tstop tend tmax tsim ttotal t simtime simulationtime duration runtime stop end stoptime endtime simtime "
        "tfinal length"},
    OtherNames{"amplitude", "amp i i0 iext iinj iapp ie idc current strength a ampl size value"},
    OtherNames{"start", "onset delay del tstart ton begin from starttime origin"},
    OtherNames{"stop", "end tstop tend toff until stoptime endtime"},
    OtherNames{"frequency", "f freq nu hz"},
    OtherNames{"phase", "phi"},
    OtherNames{"step", "dt timestep stepsize resolution interval dc constant rect"},
    OtherNames{"dt", "timestep stepsize step resolution h"},
    OtherNames{"times", "t time spikes spiketimes arrivals events"},
    OtherNames{"weights", "weight w j wts"},
    OtherNames{"weight", "weights w"},
    OtherNames{"jump", "jumps weight weights w amplitude amp dv"},
    OtherNames{"tau", "taus tausyn taudecay tausynapse tausynaptic", {}, "threshold"},
    OtherNames{"tau_s", "tausyn taudecay tausynapse tausynaptic synapsetau synaptictau"},
    OtherNames{"sinusoid", "sine sin ac cosine cos sinus"},
    OtherNames{"alpha", "alphafunction"},
    OtherNames{"exponential", "expdecay singleexponential"},
    OtherNames{"neuron", "cell neurons lif params parameters"},
    OtherNames{"run", "simulation sim"},
    OtherNames{"input", "inputs stimulus stimuli stim currents current"},
};

/// Without capitals, and without what joins two words.
std::string plain(std::string_view word) {
  std::string result;
  for (const char c : word) {
    if (c == '_' || c == '-' || c == ' ' || c == '.') continue;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return result;
}

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> result;
  while (!names.empty()) {
    const auto end = std::min(names.find(' '), names.size());
    result.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return result;
}

/// The number of slips between two words (optimal string alignment distance), row by row.
std::size_t slips(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last.back();
}

/// Whether `word` is `whole` with letters left out, but the first ("tresh", "freq").
bool abbreviates(const std::string& word, const std::string& whole) {
  if (word.size() < 3 || word.size() > whole.size() || word[0] != whole[0]) return false;
  std::size_t found = 0;
  for (const char c : whole) {
    if (found < word.size() && c == word[found]) ++found;
  }
  return found == word.size();
}

/// "rest" of "rest_V_m", "thresh" of "spike_thresh": the words that tell one parameter from another.
std::string telling(std::string_view word) {
  const auto fillers = split("v u e m mem membrane potential voltage spike input cell neuron absolute period value");
  std::string result;
  while (!word.empty()) {
    const auto end = std::min(word.find_first_of("_- "), word.size());
    const auto part = plain(word.substr(0, end));
    if (std::find(fillers.begin(), fillers.end(), part) == fillers.end()) result += part;
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return result.size() < 3 ? "" : result;  // one letter tells too little without the others
}

/// "tau" of "tau_ms"; the whole word where it does not end in a unit.
std::string_view without_unit(std::string_view word) {
  const auto joint = word.find_last_of("_-");
  if (joint == std::string_view::npos) return word;
  const auto units = split("mv ms na pa mohm megohm gohm hz khz nf pf us ns usiemens deg rad");
  return std::find(units.begin(), units.end(), plain(word.substr(joint))) == units.end() ? word : word.substr(0, joint);
}

/// A known word by one of its names.
struct Candidate {
  std::string name;
  std::string_view known;
  bool is_other_name;
};

std::vector<Candidate> candidates(std::span<const std::string_view> known) {
  std::vector<Candidate> all;
  for (const auto word : known) all.push_back({plain(word), word, false});
  const auto find = [&](std::string_view key) {
    return std::find_if(known.begin(), known.end(), [k = plain(key)](auto word) { return plain(word) == k; });
  };
  const auto has = [&](std::string_view key) { return find(key) != known.end(); };
  for (const auto& [key, names, beside, not_beside] : other_names) {
    const auto named = find(key);
    if (named == known.end() || (!beside.empty() && !has(beside)) || (!not_beside.empty() && has(not_beside))) continue;
    for (auto& name : split(names)) all.push_back({std::move(name), *named, true});
  }
  return all;
}

}  // namespace

std::optional<std::string_view> likely_meant(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t longest = 40;  // no key is; a word of a million letters need not be compared
  if (word.empty() || word.size() > longest) return std::nullopt;
  const auto all = candidates(known);
  for (const auto& whole : {plain(word), plain(without_unit(word)), telling(without_unit(word))}) {
    const auto equal = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == whole; });
    if (equal != all.end()) return equal->known;
  }
  const auto given = plain(word);
  // "tau_w" is another tau, not a slip of the pen.
  const auto kind = plain(word.substr(0, word.find_first_of("_-")));
  std::optional<std::string_view> nearest;
  std::size_t fewest = longest;
  for (const auto& [name, meant, is_other_name] : all) {
    if (name == kind) continue;
    const auto shorter = std::min(given.size(), name.size());
    const auto distance = slips(given, name);
    const auto allowed = is_other_name ? shorter / 5 : std::max<std::size_t>(1, shorter / 3);
    const bool is_near = distance <= allowed && distance < shorter;
    if ((is_near || (!is_other_name && abbreviates(given, name))) && distance < fewest) {
      nearest = meant;
      fewest = distance;
    }
  }
  return nearest;
}

}  // namespace lapicque::detail
