#include "app/option_table.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "app/config_file.h"
#include "app/console.h"
#include "app/option_values.h"
#include "app/terminal.h"
#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/report/text.h"

namespace fovea::app {

struct OptionTable::Entry {
  std::string flags;  // "-o,--output"; a positional's name; empty: a section
  OptionText text;
  bool positional = false, is_flag = false, given = false;
  std::function<void(const std::string& text, const std::string& where)> set;  // throws Error (usage)
  std::function<Json()> get;                                                   // null: unset
  std::vector<std::string>* many = nullptr;
  std::string fallback;  // the default, as --help says it

  // From the command line.
  std::string word;
  std::vector<std::string> words;
  bool switched = false;
  CLI::Option* option = nullptr;

  std::string long_name() const { return positional ? flags : flags.substr(flags.rfind(',') + 1); }
  // "learning-rate" of --learning-rate, "model" of MODEL.
  std::string key() const {
    std::string name = long_name();
    name.erase(0, name.find_first_not_of('-'));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name;
  }
};

namespace {

std::string shown_default(const Json& value) { return value.is_null() ? "" : word_of(value); }

// Words of `text` in lines of `width`, each indented.
std::string wrapped(const std::string& text, size_t indent, size_t width) {
  std::string out, line;
  const auto flush = [&] {
    if (!out.empty()) out += '\n';
    if (!out.empty()) out.append(indent, ' ');
    out += line;
    line.clear();
  };
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && indent + count_characters(line) + 1 + count_characters(word) > width) flush();
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  flush();
  return out;
}

}  // namespace

OptionTable::OptionTable(std::string command, std::string usage, std::string about)
    : command_(std::move(command)), usage_(std::move(usage)), about_(std::move(about)) {}

OptionTable::~OptionTable() = default;

OptionTable::Entry& OptionTable::entry(const std::string& flags, const OptionText& text) {
  entries_.push_back(std::make_unique<Entry>());
  entries_.back()->flags = flags;
  entries_.back()->text = text;
  return *entries_.back();
}

void OptionTable::section(const std::string& title) { entry("", {.help = title, .kept = false}); }

void OptionTable::positional(const std::string& name, std::string& value, const std::string& help) {
  add(name, value, {.help = help});
  entries_.back()->positional = true;
  entries_.back()->fallback.clear();
}

void OptionTable::positionals(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  Entry& e = entry(name, {.help = help, .kept = false});
  e.positional = true;
  e.many = &values;
}

void OptionTable::add(const std::string& flags, bool& value, const OptionText& text) {
  Entry& e = entry(flags, text);
  e.is_flag = true;
  e.set = [&value](const std::string& word, const std::string& where) { value = parse_flag(word, where); };
  e.get = [&value] { return Json(value); };
}

// A number: `parse` turns a word into one, or throws.
#define FOVEA_ADD_NUMBER(Type, parse)                                                                                \
  void OptionTable::add(const std::string& flags, Type& value, const OptionText& text) {                             \
    Entry& e = entry(flags, text);                                                                                   \
    e.set = [&value, text](const std::string& word, const std::string& where) { value = parse(word, text, where); }; \
    e.get = [&value] { return number_json(value); };                                                                 \
    e.fallback = shown_default(e.get());                                                                             \
  }
FOVEA_ADD_NUMBER(int, parse_integer<int>)
FOVEA_ADD_NUMBER(int64_t, parse_integer<int64_t>)
FOVEA_ADD_NUMBER(uint64_t, parse_integer<uint64_t>)
FOVEA_ADD_NUMBER(float, parse_real<float>)
FOVEA_ADD_NUMBER(double, parse_real<double>)
FOVEA_ADD_NUMBER(std::optional<double>, parse_real<double>)
#undef FOVEA_ADD_NUMBER

void OptionTable::add(const std::string& flags, std::string& value, const OptionText& text) {
  Entry& e = entry(flags, text);
  e.set = [&value, choices = text.choices](const std::string& word, const std::string& where) {
    check_choice(word, choices, where);
    value = word;
  };
  e.get = [&value] { return value.empty() ? Json() : Json(value); };
  e.fallback = value;
}

bool OptionTable::parse(const std::vector<std::string>& arguments, const std::string* config) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  bool help_wanted = false;
  app.add_flag("-h,--help", help_wanted);
  for (const auto& e : entries_) {
    if (e->flags.empty()) continue;
    if (e->is_flag) {
      e->option = app.add_flag(e->flags, e->switched);
    } else if (e->many) {
      e->option = app.add_option(e->flags, e->words);
    } else {
      e->option = app.add_option(e->flags, e->word)->multi_option_policy(e->text.list ? CLI::MultiOptionPolicy::Join : CLI::MultiOptionPolicy::TakeLast);
      if (e->text.list) e->option->delimiter(',');
    }
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    const std::string text = mismatch.what(), name = text.substr(0, text.find(':'));
    throw usage_error(name, "a value is missing (got none, expected one)");
  } catch (const CLI::ConversionError& error) {  // "Could not convert: --quiet = maybe": only flags are converted here
    const std::string text = error.what(), pair = text.substr(text.find("--"));
    const size_t equals = pair.find(" = ");
    throw usage_error(pair.substr(0, equals), "takes no such value (got {}, expected none, true or false)",
                      equals == std::string::npos ? "" : pair.substr(equals + 3));
  } catch (const CLI::ParseError& error) {
    throw usage_error(command_, "{}", error.what());
  }
  if (help_wanted) {
    print(help());
    return false;
  }
  const std::vector<std::string> extras = app.remaining();
  for (const std::string& extra : extras) {
    if (extra.size() < 2 || extra[0] != '-') continue;
    const std::string name = extra.substr(0, extra.find('='));
    throw usage_error(name, "unknown option of \"{}\"{}", command_, did_you_mean(name, long_names()));
  }
  if (!extras.empty()) throw usage_error(command_, "one word too many (got \"{}\", expected {})", extras[0], usage_);

  for (const auto& e : entries_) {
    if (e->option == nullptr || e->option->count() == 0) continue;
    e->given = true;
    if (e->many) {
      *e->many = e->words;
    } else {
      e->set(e->is_flag ? (e->switched ? "true" : "false") : e->word, e->long_name());
    }
  }
  if (config != nullptr && !config->empty()) read_config(*config);
  return true;
}

void OptionTable::read_config(const std::string& path) {
  for (const auto& [key, word] : read_config_file(path)) give(key, word, path);
}

void OptionTable::give(const std::string& key, const std::string& word, const std::string& where) {
  const auto at = std::find_if(entries_.begin(), entries_.end(),
                               [&](const auto& e) { return !e->flags.empty() && !e->many && e->key() == key; });
  if (at == entries_.end()) throw usage_error(where, "unknown option \"{}\"{}", key, did_you_mean(key, config_keys()));
  Entry& e = **at;
  if (e.given) return;  // the command line wins
  e.given = true;
  const bool on_off = e.text.choices == std::vector<std::string>{"on", "off"};
  e.set(!on_off ? word : word == "true" ? "on" : word == "false" ? "off" : word, where + ": " + key);
}

std::vector<std::string> OptionTable::config_keys() const {
  std::vector<std::string> keys;
  for (const auto& e : entries_)
    if (!e->flags.empty() && e->text.kept) keys.push_back(e->key());
  return keys;
}

bool OptionTable::given(const std::string& flag) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const auto& e) { return e->long_name() == flag && e->given; });
}

std::vector<std::string> OptionTable::all_given() const {
  std::vector<std::string> names;
  for (const auto& e : entries_)
    if (e->given) names.push_back(e->long_name());
  return names;
}

std::vector<std::string> OptionTable::long_names() const {
  std::vector<std::string> names = {"--help"};
  for (const auto& e : entries_)
    if (!e->flags.empty() && !e->positional) names.push_back(e->long_name());
  return names;
}

Json OptionTable::config_json() const {
  Json json = Json::object();
  for (const auto& e : entries_)
    if (e->text.kept && e->get && !e->get().is_null()) json[e->key()] = e->get();
  return json;
}

std::string OptionTable::help() const {
  constexpr size_t kWidest = 34;
  const auto width = static_cast<size_t>(std::min(columns(), 120));
  const auto head = [](const Entry& e) {
    std::string name = e.flags;
    if (const size_t comma = name.find(','); comma != std::string::npos) name.insert(comma + 1, " ");
    return "  " + name + (e.text.value.empty() ? "" : " " + e.text.value);
  };
  size_t column = 0;
  for (const auto& e : entries_)
    if (!e->flags.empty()) column = std::max(column, std::min(count_characters(head(*e)), kWidest));
  column += 2;
  if (column + 20 > width) column = 8;

  std::string out = fmt::format("fovea {} {}\n\n{}\n\n", command_, usage_, wrapped(about_, 0, width));
  const auto line = [&](const Entry& e) {
    std::string text = e.text.help;
    const std::string& fallback = e.fallback.empty() ? e.text.none : e.fallback;
    if (!e.text.choices.empty()) {
      text += ": ";
      for (size_t i = 0; i < e.text.choices.size(); ++i) text += (i == 0 ? "" : ", ") + e.text.choices[i];
    }
    if (!fallback.empty()) text += " (default: " + fallback + ")";
    const std::string name = head(e);
    const size_t used = count_characters(name);
    out += name;
    if (used + 2 > column) out += '\n';
    out.append(used + 2 > column ? column : column - used, ' ');
    out += wrapped(text, column, width) + "\n";
  };
  for (const auto& e : entries_) {
    if (e->flags.empty()) {
      out += "\n" + e->text.help + "\n";
    } else {
      line(*e);
    }
  }
  Entry help;
  help.flags = "-h,--help";
  help.text.help = "print this";
  line(help);
  return out;
}

}  // namespace fovea::app
