// fovea data DATA: classes, counts and shapes of a data set.
#include "app/commands.h"
#include "app/console.h"
#include "app/data_argument.h"
#include "app/numbers.h"
#include "app/options.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

constexpr SplitKind kSplits[] = {SplitKind::train, SplitKind::validation, SplitKind::test};

Json to_json(const Dataset& dataset) {
  Json json = {{"name", dataset.name}, {"hash", dataset.hash}, {"dtype", to_string(dataset.dtype())}};
  json["picture_shape"] = Json::array();
  for (const int64_t size : dataset.picture_shape()) json["picture_shape"].push_back(size);
  json["classes"] = Json::array();
  for (int64_t c = 0; c < dataset.classes; ++c) json["classes"].push_back(valid_utf8(dataset.class_name(c)));
  for (const SplitKind kind : kSplits) {
    const Split& split = dataset.split(kind);
    json["splits"][std::string(to_string(kind))] = {{"pictures", split.size()},
                                                    {"class_counts", split.class_counts(dataset.classes)}};
  }
  return json;
}

void print_text(const Dataset& dataset) {
  print(fmt::format("{}: {} classes, pictures {} {}, hash {}\n\n", one_line(dataset.name), grouped(dataset.classes),
                    to_string(dataset.picture_shape()), to_string(dataset.dtype()), dataset.hash));
  size_t width = 5;
  for (int64_t c = 0; c < dataset.classes; ++c)
    width = std::max(width, count_characters(one_line(valid_utf8(dataset.class_name(c)))));
  std::vector<std::vector<int64_t>> counts;
  std::string head = left_aligned("class", width), sums = left_aligned("all", width);
  for (const SplitKind kind : kSplits) {
    counts.push_back(dataset.split(kind).class_counts(dataset.classes));
    head += right_aligned(to_string(kind), 12);
    sums += right_aligned(grouped(dataset.split(kind).size()), 12);
  }
  print(head + "\n");
  for (int64_t c = 0; c < dataset.classes; ++c) {
    std::string line = left_aligned(one_line(valid_utf8(dataset.class_name(c))), width);
    for (const auto& split : counts) line += right_aligned(grouped(split[static_cast<size_t>(c)]), 12);
    print(line + "\n");
  }
  print(sums + "\n");
}

}  // namespace

int data(const Arguments& arguments) {
  CommonOptions common;
  DataArguments which;
  OptionTable table("data", "[DATA] [OPTIONS]", "Tells what a data set holds: classes, counts, shapes.");
  std::string name;
  table.positional("DATA", name, "the data set, as --data takes it");
  add_data_options(table, which);
  add_output_options(table, common);
  if (!table.parse(arguments)) return 0;
  if (!name.empty()) which.data = name;

  const Dataset dataset = open_data(which);
  if (common.json) {
    print_json(to_json(dataset));
  } else {
    print_text(dataset);
  }
  return 0;
}

}  // namespace fovea::app
