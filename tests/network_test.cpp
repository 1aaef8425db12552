#include "lapicque/network.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/network_file.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using testing::Random;

const SynapticReceptor synapse{Shape::exponential, 5};

/// What SpikeTrain says of each neuron over the whole run, under what the others sent. As a spike acts later than it
/// comes, there is one list only that comes back from this as it went in: the network's.
std::vector<NetworkSpike> answered(const Network& network, const std::vector<NetworkSpike>& spikes, double until) {
  const auto currents = received_currents(network, spikes);
  std::vector<NetworkSpike> answer;
  for (std::uint32_t n = 0; n < network.size(); ++n) {
    for (const double time : spike_times(network.neuron(n), currents[n], until)) answer.push_back({n, time});
  }
  std::sort(answer.begin(), answer.end(), [](const NetworkSpike& a, const NetworkSpike& b) {
    return a.time != b.time ? a.time < b.time : a.neuron < b.neuron;
  });
  return answer;
}

Network drawn_network(Random& random, std::size_t size, double shortest_delay) {
  std::vector<Current> inputs;
  for (std::size_t n = 0; n < size; ++n) inputs.push_back(step(0, forever, random.uniform(1.5, 2.6)));
  Network network(std::vector(size, Neuron{}), inputs);
  std::vector<Connection> excitatory, inhibitory, jumps;
  for (std::uint32_t source = 0; source < size; ++source) {
    for (std::uint32_t target = 0; target < size; ++target) {
      if (random.uniform(0, 1) > 0.4) continue;
      const double delay = shortest_delay * std::exp2(random.uniform(0, 5));
      const double kind = random.uniform(0, 3);
      if (kind < 1)
        excitatory.push_back({source, target, random.uniform(0, 1), delay});
      else if (kind < 2)
        inhibitory.push_back({source, target, random.uniform(-0.2, 0), delay});
      else
        jumps.push_back({source, target, random.uniform(-1, 3), delay});
    }
  }
  network.connect(synapse, excitatory);
  network.connect(SynapticReceptor{Shape::alpha, 3}, inhibitory);
  network.connect(JumpReceptor{}, jumps);
  return network;
}

TEST(Network, HasTheSpikesThatItsNeuronsHaveUnderWhatTheyReceive) {
  Random random(18);
  std::size_t total = 0;
  for (int k = 0; k < 20; ++k) {
    const Network network = drawn_network(random, 8, k % 2 == 0 ? 1.0 : 0.1);
    const auto spikes = network_spikes(network, 100);
    total += spikes.size();
    EXPECT_EQ(spikes, answered(network, spikes, 100)) << "network " << k;
  }
  EXPECT_GT(total, 400U);
}

TEST(Network, FollowsChainsThatAreShorterThanAnyWindow) {
  Random random(19);
  for (int k = 0; k < 2; ++k) {
    const Network network = drawn_network(random, 4, 1e-6);
    const auto spikes = network_spikes(network, 40);
    EXPECT_EQ(spikes, answered(network, spikes, 40)) << "network " << k;
  }
}

TEST(Network, PassesAJumpDownAChainAtTheRoundedSumsOfItsDelays) {
  constexpr std::uint32_t length = 50;
  std::vector<Current> inputs(length);
  inputs[0] = pulses({{0.3, 25}});
  Network network(std::vector(length, Neuron{}), inputs);
  std::vector<Connection> chain;
  for (std::uint32_t n = 0; n + 1 < length; ++n) chain.push_back({n, n + 1, 25, 0.1});
  network.connect(JumpReceptor{}, chain);
  std::vector<NetworkSpike> expected;
  double time = 0.3;
  for (std::uint32_t n = 0; n < length; ++n, time += 0.1) expected.push_back({n, time});
  EXPECT_EQ(network_spikes(network, 20), expected);
}

TEST(Network, LetsArrivalsOfOneInstantActTogether) {
  // +15 and +15 mV take neuron 2 beyond the threshold, 20 mV away; with -15 mV beside them they do not.
  for (const bool inhibited : {false, true}) {
    std::vector<Current> inputs(4);
    inputs[0] = inputs[1] = inputs[3] = pulses({{1, 25}});
    Network network(std::vector(4, Neuron{}), inputs);
    network.connect(JumpReceptor{}, std::vector<Connection>{{0, 2, 15, 1.5}, {1, 2, 15, 1.5}});
    if (inhibited) network.connect(JumpReceptor{}, std::vector<Connection>{{3, 2, -15, 1.5}});
    std::vector<NetworkSpike> expected{{0, 1}, {1, 1}, {3, 1}};
    if (!inhibited) expected.push_back({2, 2.5});
    EXPECT_EQ(network_spikes(network, 10), expected) << inhibited;
  }
}

TEST(Network, LetsInhibitionComeAnUlpAfterASpikeAndAnUlpBefore) {
  const double crossing = 8 * std::log(5.0);  // of the default neuron under 2.5 nA, up to rounding
  const double spike = spike_times(Neuron{}, step(0, forever, 2.5), 20).at(0);
  EXPECT_NEAR(spike, crossing, 1e-14);
  const double delay = 1;
  for (const double arrival : {std::nextafter(spike, 0), spike, std::nextafter(spike, forever)}) {
    const double sent = arrival - delay;
    ASSERT_EQ(sent + delay, arrival);
    Network network(std::vector(2, Neuron{}), {pulses({{sent, 25}}), step(0, forever, 2.5)});
    network.connect(JumpReceptor{}, std::vector<Connection>{{0, 1, -1, delay}});
    const auto spikes = network_spikes(network, 20);
    ASSERT_EQ(spikes.size(), 2U);
    EXPECT_EQ(spikes, answered(network, spikes, 20));
    if (arrival < spike) {
      EXPECT_GT(spikes[1].time, spike + 0.1);  // 1 mV, at 0.625 mV/ms
    } else if (arrival > spike) {
      EXPECT_EQ(spikes[1].time, spike);
    }
  }
}

TEST(Network, IsTheSameForAnyNumberOfThreads) {
  Random random(20);
  const Network network = drawn_network(random, 40, 0.5);
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    std::vector<std::vector<NetworkSpike>> runs;
    for (const std::size_t threads : {1U, 2U, 3U}) {
      const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
      runs.push_back(network_spikes(network, 50, {precision}));
    }
    EXPECT_EQ(runs[0], runs[1]);
    EXPECT_EQ(runs[0], runs[2]);
  }
}

TEST(Network, RefusesWhatCannotBeConnected) {
  Network network(std::vector(2, Neuron{}));
  EXPECT_THROW(network.connect(JumpReceptor{}, std::vector<Connection>{{0, 2, 1, 1}}), InvalidArgument);
  EXPECT_THROW(network.connect(JumpReceptor{}, std::vector<Connection>{{0, 1, 1, 0}}), InvalidArgument);
  EXPECT_THROW(network.connect(SynapticReceptor{Shape::alpha, 0}, {}), InvalidArgument);
  EXPECT_THROW(Network(std::vector(2, Neuron{}), std::vector<Current>(3)), InvalidArgument);
  network.connect(JumpReceptor{}, std::vector<Connection>{{0, 1, 1, 1e-15}});
  EXPECT_THROW(network_spikes(network, 100), InvalidArgument);
}

const std::string populations =
    "[run]\nuntil = 20\n"
    "[[population]]\nname = \"e\"\nsize = 6\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\n"
    "initial = { from = -70, to = -55, seed = 3 }\n"
    "[[population]]\nname = \"i\"\nsize = 3\nrest = -70\nreset = -65\nthreshold = -50\nresistance = [10, 11, 12]\n"
    "tau = 8\n";

std::vector<Connection> connections_of(const Network& network) {
  std::vector<Connection> all;
  for (std::uint32_t source = 0; source < network.size(); ++source) {
    for (const Network::Synapse& made : network.from(source))
      all.push_back({source, made.target, made.size, network.routes()[made.route].delay});
  }
  return all;
}
std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_of(const Network& network) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Connection& made : connections_of(network)) pairs.emplace_back(made.source, made.target);
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

TEST(NetworkFile, GivesEachNeuronItsValues) {
  const auto read = parse_network(populations, "net.toml", ".");
  ASSERT_EQ(read.network.size(), 9U);
  EXPECT_EQ(read.network.neuron(4).initial(), -70 + 15 * drawn_uniform(3, 0, 4));
  EXPECT_EQ(read.network.neuron(7).resistance(), 11);
  EXPECT_EQ(read.populations[1].first, 6U);
}

TEST(NetworkFile, DrawsPairsByTheNumbersOfSourceAndTarget) {
  const auto read = parse_network(populations +
                                      "[[projection]]\nfrom = [\"i\", \"e\"]\nto = \"e\"\nrule = "
                                      "\"pairwise_bernoulli\"\nprobability = 0.5\nseed = 11\njump = 0.5\ndelay = 1\n",
                                  "net.toml", ".");
  std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
  for (std::uint32_t i = 0; i < 9; ++i) {
    const std::uint32_t source = i < 3 ? 6 + i : i - 3;
    for (std::uint32_t j = 0; j < 6; ++j) {
      if (source != j && drawn_uniform(11, j, i) < 0.5) expected.emplace_back(source, j);
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(pairs_of(read.network), expected);
}

TEST(NetworkFile, DrawsAsManySourcesAsAsked) {
  const auto read = parse_network(populations +
                                      "[[projection]]\nfrom = \"e\"\nto = \"e\"\nrule = \"fixed_indegree\"\n"
                                      "indegree = 5\nseed = 11\nshape = \"alpha\"\ntau = 2\nweight = 0.5\ndelay = 1\n",
                                  "net.toml", ".");
  std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;  // all others, as there are no more
  for (std::uint32_t i = 0; i < 6; ++i) {
    for (std::uint32_t j = 0; j < 6; ++j) {
      if (i != j) expected.emplace_back(i, j);
    }
  }
  EXPECT_EQ(pairs_of(read.network), expected);
}

TEST(NetworkFile, GivesIndependentInputsStreamsOfTheirOwn) {
  const auto read = parse_network(populations +
                                      "[[input]]\nkind = \"poisson\"\ninto = \"i\"\nindependent = true\nrate = 500\n"
                                      "seed = 5\njump = 1\n",
                                  "net.toml", ".", true);
  ASSERT_EQ(read.drawn.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(read.drawn[k].neuron, 6 + k);
    EXPECT_EQ(read.drawn[k].times, poisson_times(500, 0, 20, 5, 7 + k));
  }
  EXPECT_TRUE(read.network.input(0).pieces().empty());
}

TEST(NetworkFile, SaysAllThatIsWrong) {
  const std::string text =
      "[run]\nuntil = 20\n[[population]]\nname = \"e\"\nsize = 2\nrest = -70\nreset = -65\nthreshold = [-50, -66]\n"
      "resistance = 10\ntau = 8\n[[projection]]\nfrom = \"E\"\nto = \"e\"\nrule = \"all_to_all\"\njump = 1\ndelay = "
      "0\n";
  try {
    parse_network(text, "net.toml", ".");
    FAIL();
  } catch (const FileError& error) {
    ASSERT_EQ(error.problems().size(), 3U) << error.what();
    EXPECT_EQ(error.problems()[0].line, 7U);  // reset lies above the second threshold
    EXPECT_EQ(error.problems()[1].mend, "did you mean \"e\"?");
    EXPECT_EQ(error.problems()[2].line, 16U);
  }
}

/// The beginning of a network of bench/networks.
NetworkExperiment named(const std::string& name, const std::string& until) {
  const std::filesystem::path folder(LAPICQUE_NETWORKS);
  std::ifstream file(folder / name);
  std::stringstream text;
  text << file.rdbuf();
  const std::string toml = std::regex_replace(text.str(), std::regex("until = .*"), "until = " + until);
  return parse_network(toml, name, folder);
}

TEST(NamedNetworks, HaveTheSpikesThatTheirNeuronsHaveUnderWhatTheyReceive) {
  for (const auto& [name, until, size] :
       {std::tuple("cuba.toml", 12.0, 4000U), std::tuple("mini_brunel.toml", 20.0, 1250U)}) {
    const auto read = named(name, std::to_string(until));
    EXPECT_EQ(read.network.size(), size);
    const auto spikes = network_spikes(read.network, until);
    EXPECT_GT(spikes.size(), 100U) << name;
    EXPECT_EQ(spikes, answered(read.network, spikes, until)) << name;
  }
}

}  // namespace
}  // namespace lapicque
