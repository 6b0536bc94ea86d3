// The options of a command, each listed once: its command line, its --help, its configuration file and --print-config
// follow from the list.
//
//   table.add("--epochs", epochs, {.value = "N", .help = "passes over the training pictures", .least = 1});
//
// A value is a bool (a flag), a number, a text, or an optional number. It keeps what it holds where nothing is given.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/json.h"

namespace fovea::app {

struct OptionText {
  std::string value = "";  // how --help calls the value: N, F, FILE, DIR
  std::string help;
  std::string none = "";  // what an unset value means, where that needs saying
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  bool above_least = false, below_most = false;  // the ends themselves are out
  std::vector<std::string> choices = {};         // of a text
  bool kept = true;                              // part of a configuration
  bool list = false;  // given several times, the words are joined by commas; else the last one counts
};

class OptionTable {
 public:
  // `usage` is what follows the command's name, `about` one sentence.
  OptionTable(std::string command, std::string usage, std::string about);
  ~OptionTable();

  void section(const std::string& title);
  void positional(const std::string& name, std::string& value, const std::string& help);
  void positionals(const std::string& name, std::vector<std::string>& values, const std::string& help);

  void add(const std::string& flags, bool& value, const OptionText& text);
  void add(const std::string& flags, int& value, const OptionText& text);
  void add(const std::string& flags, int64_t& value, const OptionText& text);
  void add(const std::string& flags, uint64_t& value, const OptionText& text);
  void add(const std::string& flags, float& value, const OptionText& text);
  void add(const std::string& flags, double& value, const OptionText& text);
  void add(const std::string& flags, std::optional<double>& value, const OptionText& text);
  void add(const std::string& flags, std::string& value, const OptionText& text);

  // Fills the values: first from the file that the option named `config` names, if there is one, then from the command
  // line. Throws Error (usage), one line with near misses. False where --help was asked for, and has been printed.
  bool parse(const std::vector<std::string>& arguments, const std::string* config = nullptr);

  bool given(const std::string& flag) const;  // on the command line or in the configuration
  std::vector<std::string> all_given() const;
  // Fills values from a configuration's file, except those given before. Throws Error.
  void read_config(const std::string& path);
  // Gives an option, by its key in a configuration, a value that was not given before. Throws Error (usage) naming `where`.
  void give(const std::string& key, const std::string& word, const std::string& where);
  std::vector<std::string> config_keys() const;  // of all options that are kept

  // All options that are kept, as they are now, by the names of a configuration file.
  Json config_json() const;
  std::string help() const;

 private:
  struct Entry;
  Entry& entry(const std::string& flags, const OptionText& text);
  std::vector<std::string> long_names() const;

  std::string command_, usage_, about_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace fovea::app
