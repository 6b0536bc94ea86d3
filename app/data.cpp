// fovea data DATA: what a data set holds: classes, counts, sizes, broken files, duplicates; a preview.
#include "app/augment_option.h"
#include "app/commands.h"
#include "app/console.h"
#include "app/data_argument.h"
#include "app/data_preview.h"
#include "app/numbers.h"
#include "app/options.h"
#include "app/output_file.h"
#include "fovea/data/duplicates.h"
#include "fovea/data/statistics.h"
#include "fovea/formats/png.h"
#include "fovea/report/text.h"

namespace fovea::app {
namespace {

// Everything that is told, worked out once.
struct Facts {
  OwnSizes sizes;
  ChannelStatistics statistics;  // of train, else of test
  std::vector<Leak> leaks;
  std::vector<int64_t> repeated;  // a split

  explicit Facts(const Dataset& dataset)
      : sizes(own_sizes(dataset)),
        statistics(channel_statistics(dataset.train.empty() ? dataset.test : dataset.train)),
        leaks(find_leaks(dataset)) {
    for (const SplitKind kind : kSplitKinds) repeated.push_back(count_repeated(dataset.split(kind)));
  }
};

Json pair_of(const PictureSize& size) { return Json::array({size.height, size.width}); }

Json to_json(const Dataset& dataset, const Facts& facts) {
  Json json = {{"name", valid_utf8(dataset.name)}, {"hash", dataset.hash}, {"dtype", to_string(dataset.dtype())}};
  json["picture_shape"] = Json::array();
  for (const int64_t size : dataset.picture_shape()) json["picture_shape"].push_back(size);
  json["classes"] = Json::array();
  for (int64_t c = 0; c < dataset.classes; ++c) json["classes"].push_back(valid_utf8(dataset.class_name(c)));
  for (size_t k = 0; k < std::size(kSplitKinds); ++k) {
    const Split& split = dataset.split(kSplitKinds[k]);
    json["splits"][std::string(to_string(kSplitKinds[k]))] = {{"pictures", split.size()},
                                                              {"class_counts", split.class_counts(dataset.classes)},
                                                              {"repeated", facts.repeated[k]}};
  }
  json["mean"] = facts.statistics.mean;
  json["deviation"] = facts.statistics.deviation;
  if (facts.sizes.different > 0) {
    json["own_sizes"] = {{"smallest", pair_of(facts.sizes.smallest)},
                         {"largest", pair_of(facts.sizes.largest)},
                         {"different", facts.sizes.different},
                         {"gray", facts.sizes.channels[1]},
                         {"colour", facts.sizes.channels[3]}};
  }
  json["broken"] = Json::array();
  for (const BrokenFile& file : dataset.broken)
    json["broken"].push_back({{"file", valid_utf8(file.where)}, {"problem", valid_utf8(file.what)}});
  json["leaks"] = Json::array();
  for (const Leak& leak : facts.leaks) {
    Json examples = Json::array();
    for (const auto& [into, from] : leak.examples) examples.push_back({valid_utf8(into), valid_utf8(from)});
    json["leaks"].push_back({{"from", to_string(leak.from)},
                             {"into", to_string(leak.into)},
                             {"pictures", leak.pictures},
                             {"examples", examples}});
  }
  return json;
}

std::string numbers(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += fmt::format("{}{:.4f}", text.empty() ? "" : " ", value);
  return text;
}

void print_facts(const Dataset& dataset, const Facts& facts, const Resizing& resizing) {
  const auto line = [](const char* what, const std::string& value) { print(left_aligned(what, 12) + one_line(value) + "\n"); };
  const Shape shape = dataset.picture_shape();
  print(fmt::format("{}: {} classes, pictures {} {}, hash {}\n\n", one_line(valid_utf8(dataset.name)),
                    grouped(dataset.classes), to_string(shape), to_string(dataset.dtype()), dataset.hash));
  if (const OwnSizes& sizes = facts.sizes; sizes.different > 0) {
    const auto text = [](const PictureSize& size) { return fmt::format("{}x{}", size.height, size.width); };
    const PictureSize wanted{shape[0], shape[1]};
    std::string value = sizes.different == 1 ? "all " + text(sizes.smallest)
                                             : fmt::format("{} to {}, {} different", text(sizes.smallest),
                                                           text(sizes.largest), grouped(sizes.different));
    if (sizes.different > 1 || sizes.smallest != wanted)
      value += fmt::format("; brought to {} by {}, {}", text(wanted), to_string(resizing.resize), to_string(resizing.interpolation));
    line("sizes", value);
    line("channels", sizes.channels[1] == 0   ? "all in colour"
                     : sizes.channels[3] == 0 ? "all gray"
                                              : fmt::format("{} in colour, {} gray", grouped(sizes.channels[3]),
                                                            grouped(sizes.channels[1])));
  }
  const char* scale = dataset.dtype() == DType::u8 ? " of x/255" : "";
  line("mean", numbers(facts.statistics.mean) + scale);
  line("deviation", numbers(facts.statistics.deviation) + scale);
  for (size_t k = 0; k < std::size(kSplitKinds); ++k)
    if (facts.repeated[k] > 0)
      line("repeated", fmt::format("{} of {} {} there before", grouped(facts.repeated[k]), to_string(kSplitKinds[k]),
                                   facts.repeated[k] == 1 ? "is" : "are"));
  if (!dataset.broken.empty()) line("broken", grouped(static_cast<int64_t>(dataset.broken.size())) + ", left out");
  print("\n");
}

void print_counts(const Dataset& dataset) {
  size_t width = 5;
  for (int64_t c = 0; c < dataset.classes; ++c)
    width = std::max(width, count_characters(one_line(valid_utf8(dataset.class_name(c)))));
  std::vector<std::vector<int64_t>> counts;
  std::string head = left_aligned("class", width), sums = left_aligned("all", width);
  for (const SplitKind kind : kSplitKinds) {
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
  PictureArguments pictures;
  std::string name, preview, augment;
  OptionTable table("data", "[DATA] [OPTIONS]",
                    "Tells what a data set holds: classes, counts, sizes, broken files, duplicates.");
  table.positional("DATA", name, "the data set, as --data takes it");
  add_data_options(table, which);
  add_resize_options(table, pictures);
  table.add("--preview", preview,
            {.value = "FILE.png", .help = "write the first pictures of every class as one picture", .none = "none"});
  add_augment_option(table, augment, "with --preview: one picture of every class and what random changes make of it");
  table.add("--seed", common.seed, {.value = "N", .help = "of the random changes"});
  add_output_options(table, common);
  table.add("--threads", common.threads,
            {.value = "N", .help = "threads; 0 for one a core that this process may use", .least = 0, .most = 1024});
  if (!table.parse(arguments)) return 0;
  if (!name.empty()) which.data = name;
  if (!preview.empty()) check_output(preview, ".png", "--preview");
  const std::optional<AugmentOptions> changes = augment_options(augment);
  if (standardize_options(augment))
    throw usage_error("--augment", "standardized pictures cannot be shown (expected keys of random changes alone)");
  if (changes && preview.empty()) throw usage_error("--augment", "is for --preview here (got no --preview)");

  const Console console = common.console();
  const Resizing resizing = choose_resizing(pictures);
  const Dataset dataset = open_data(which, {}, {.resizing = resizing, .threads = common.threads});
  warn_of(dataset, console);
  const Facts facts(dataset);
  if (!preview.empty()) {
    save_png(preview, changes ? preview_of(dataset, *changes, common.seed) : preview_of(dataset));
    if (dataset.classes > kPreviewClasses)
      console.note("{} shows the first {} of {} classes", preview, kPreviewClasses, dataset.classes);
  }
  if (common.json) {
    print_json(to_json(dataset, facts));
  } else {
    print_facts(dataset, facts, resizing);
    print_counts(dataset);
  }
  return 0;
}

}  // namespace fovea::app
