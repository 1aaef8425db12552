#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "program.hpp"

namespace lapicque::test {
namespace {

const std::filesystem::path sources = LAPICQUE_APPS;

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What bash offers for a command line whose last word is being written; each word is one argument.
std::set<std::string> offered(const Folder& folder, const std::string& command_line) {
  const auto result =
      folder.shell("bash -c '. " + (sources / "package/lapicque.bash").string() + "; COMP_WORDS=(" + command_line +
                   "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lapicque; echo ${COMPREPLY[@]}'");
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(result.error, "");
  return words(result.out);
}

std::set<std::string> subcommands(const Folder& folder) {
  auto all = offered(folder, "lapicque \"\"");
  all.erase("--help");
  all.erase("--version");
  return all;
}

/// The options that the sources name: as "--tau", or as the neuron's keys, add(command, "tau", ...).
std::set<std::string> options_in_the_sources() {
  std::set<std::string> names;
  const std::regex named(R"re("--([a-z-]+)"|add\(command, "([a-z_]+)")re");
  for (const auto& file : std::filesystem::directory_iterator(sources)) {
    if (file.path().extension() != ".cpp") continue;
    const std::string text = text_of(file.path());
    for (std::sregex_iterator at(text.begin(), text.end(), named), end; at != end; ++at) {
      names.insert("--" + std::regex_replace((*at)[1].str() + (*at)[2].str(), std::regex("_"), "-"));
    }
  }
  names.insert("--help");
  names.erase("--version");  // of no subcommand
  return names;
}

TEST(Completion, OffersTheSubcommandsThatTheProgramNames) {
  const Folder folder;
  const auto known = folder.run({"simulate"}).error;  // "... it is one of exercises, run, ..."
  const auto all = subcommands(folder);
  EXPECT_EQ(all.size(), 12U);
  for (const auto& name : all) EXPECT_NE(known.find(" " + name), std::string::npos) << name;
  EXPECT_EQ(offered(folder, "lapicque check"), (std::set<std::string>{"check-certificate"}));
}

TEST(Completion, OffersEveryOptionOfTheSourcesAndNoOther) {
  const Folder folder;
  std::set<std::string> all;
  for (const auto& command : subcommands(folder)) all.merge(offered(folder, "lapicque " + command + " --"));
  EXPECT_EQ(all, options_in_the_sources());
}

TEST(Completion, OffersOnlyWhatTheSubcommandTakes) {
  const Folder folder;
  EXPECT_EQ(offered(folder, "lapicque run cell.toml --trace-"), (std::set<std::string>{"--trace-step"}));
  EXPECT_EQ(offered(folder, "lapicque rheobase --trace"), (std::set<std::string>{}));
}

TEST(Completion, OffersTheWordsThatAnOptionTakes) {
  const Folder folder;
  EXPECT_EQ(offered(folder, "lapicque run --format \"\""), (std::set<std::string>{"csv", "json"}));
  EXPECT_EQ(offered(folder, "lapicque export --simulator neuron"), (std::set<std::string>{"neuron", "neuron-intfire"}));
  EXPECT_EQ(offered(folder, "lapicque run --plot \"\""), (std::set<std::string>{}));
}

TEST(Manual, HasEverySubcommandAndOption) {
  const Folder folder;
  ASSERT_EQ(folder
                .shell("cmake -DPROGRAM=$(command -v lapicque) -DVERSION=1 -DDATE=2000-01-01 -DOUTPUT=page -P " +
                       (sources / "package/manual.cmake").string())
                .status,
            0);
  const std::string page = std::regex_replace(folder.read("page"), std::regex(R"(\\-)"), "-");
  for (const auto& command : subcommands(folder)) {
    const auto start = page.find("\n.SS lapicque " + command + "\n");
    ASSERT_NE(start, std::string::npos) << command;
    const std::string section = page.substr(start, page.find("\n.SS", start + 1) - start);
    for (const auto& option : offered(folder, "lapicque " + command + " --")) {
      EXPECT_TRUE(std::regex_search(section, std::regex("\n\\.B (-h,)?" + option + "\\b"))) << command << option;
    }
  }
}

}  // namespace
}  // namespace lapicque::test
